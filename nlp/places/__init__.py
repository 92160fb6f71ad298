"""Towns, states and countries, by GeoNames."""
