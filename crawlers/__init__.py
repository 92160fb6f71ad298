"""Collects listing pages as evidence and turns them into ads with sightings."""
