package dev.cloakroom;

/**
 * Receives events of sessions. In a cluster the node that caused an event calls its own listener, and no other node does.
 * So each explicit ending is reported once in the cluster. The node that notices an expiry reports it.
 *
 * <p>The engine calls it after the store has the change, on the thread that caused the event. With an asynchronous store
 * that may be a thread of the store. Several threads may call it at a time, so it must be thread-safe. It must not block.
 * The engine logs what it throws and goes on, but for a {@link VirtualMachineError}, which it throws on.
 */
@FunctionalInterface
public interface SessionListener {

    /** Receives an event. */
    void onEvent(SessionEvent event);
}
