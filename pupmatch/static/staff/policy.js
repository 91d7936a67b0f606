// htmx would write a style into the page and make functions of texts; the page's policy forbids it.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
