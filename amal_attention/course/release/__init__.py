"""From a lab's script to the students' notebook."""
