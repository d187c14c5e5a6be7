package dev.cloakroom.examples.servers;

/**
 * A server that runs.
 *
 * @param port the port on the loopback address
 * @param stop stops the server; it does not close the engine
 */
record Running(int port, Runnable stop) implements AutoCloseable {

    /** Prints where the server is. */
    void announce() {
        System.out.println("http://localhost:" + port + "/me (Ctrl-C stops it)");
    }

    @Override
    public void close() {
        stop.run();
    }
}
