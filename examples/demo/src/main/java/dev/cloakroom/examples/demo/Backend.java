package dev.cloakroom.examples.demo;

import java.util.List;

/** What answers the API: this process, or nodes that it starts. */
interface Backend extends AutoCloseable {

    /** Adds the API to a router. */
    void addTo(Router router);

    /** Returns the state of each node. */
    List<NodeState> nodes();

    /**
     * Kills a node's process.
     *
     * @throws HttpError if there is no such node, or if it has to stay
     */
    void kill(String name) throws HttpError;

    /** Starts a node that was killed; returns when it serves. */
    void start(String name) throws HttpError;

    @Override
    void close();

    /**
     * A node as the page shows it.
     *
     * @param state "up", "starting" or "down"
     * @param pid of its process, 0 while it has none
     * @param answered how many requests it has answered
     * @param own whether the demo started it and can kill it
     */
    record NodeState(String name, String state, long pid, long answered, boolean own) {}
}
