"""The site that the admin runs on. Apart from `pupmatch.lib.admin`, which registers on it."""
