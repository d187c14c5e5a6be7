package dev.cloakroom;

/**
 * Receives events of sessions. In a cluster, only the node that caused an event calls its listener. So each explicit
 * end is reported once per cluster. The node that removes an expired session reports the expiry.
 *
 * <p>The engine calls the listener after the store has the change, on the thread that caused the event. With an
 * asynchronous store this may be a thread of the store. The listener must be thread-safe and must not block. The engine
 * logs an exception of the listener and continues. It rethrows a {@link VirtualMachineError}.
 */
@FunctionalInterface
public interface SessionListener {

    /** Receives an event. */
    void onEvent(SessionEvent event);
}
