"""What is shown: the text in the picture, how long it stays, and the numbers in it."""
