"""Questions to start from; owners may ask themselves any other."""

QUESTIONS = (
    "My idea of a perfect afternoon is …",
    "The way to my heart is …",
    "My favourite toy is …",
    "I am surprisingly good at …",
    "I will never understand …",
    "My signature move at the park is …",
    "I get the zoomies when …",
    "The worst thing I ever ate was …",
    "My human and I are looking for …",
    "When I meet another dog, I …",
    "My most embarrassing moment was …",
    "I am a bit afraid of …",
    "You will recognise me by …",
    "My daily routine looks like this …",
    "A playmate should know that …",
    "The trick I am proudest of is …",
    "My best friend in the neighbourhood is …",
    "After a walk, I always …",
)
