"""Demonstration data: invented, repeatable from one seed, entered through the same actions as a person would use."""
