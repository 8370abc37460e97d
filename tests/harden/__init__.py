"""Hostile and broken input by the hundred: `make harden` prints how much was tried and what came through."""
