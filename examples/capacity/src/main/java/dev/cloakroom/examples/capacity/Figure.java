package dev.cloakroom.examples.capacity;

/** What is measured of a store, in the order of the table. */
enum Figure {
    LOAD_RATE("sessions stored a second, one thread"),
    BYTES_PER_SESSION("memory or disk a session, bytes"),
    HEAP("heap in use, MB"),
    CALLS("calls a second, two threads (90 % load, 5 % touch, 5 % replace)"),
    LONGEST_GC("longest garbage collection meanwhile, ms"),
    CLOSE("closing in order, ms"),
    REOPEN("opening after that, ms"),
    RECOVERY("opening after kill -9, ms"),
    RECOVERED("sessions lost by kill -9");

    private final String title;

    Figure(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
