"""What runs without a person: daily, process, schedule, doctor, demo, backup."""
