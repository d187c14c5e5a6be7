package dev.cloakroom.examples.spring;

/** An object in a session: application.properties allows its class. */
record Cart(String item, int count) {}
