package dev.cloakroom;

/**
 * Is told what happens to sessions. Of the nodes of a cluster, the one that caused an event tells its own listener, so
 * that an explicit ending arrives once in the whole cluster; an expiry arrives where it was noticed.
 *
 * <p>It is called on the thread that caused the event, after the store has it, and by many threads at a time. It should
 * be quick. What it throws is logged and harms nothing.
 */
@FunctionalInterface
public interface SessionListener {

    /** Is told of an event. */
    void onEvent(SessionEvent event);
}
