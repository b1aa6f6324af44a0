"""Program versions, requirements, schedules and clocks: frozen data from config/programs."""
