package dev.cloakroom.infinispan;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The nodes that accepted a connection, or seemed to, and did not answer. Each attempt to connect costs its whole time,
 * on a thread that other nodes' messages wait for; so a node that did not answer is not tried there again before it has
 * answered an attempt on a thread of its own. Such an attempt begins when the node is asked for.
 *
 * <p>Thread-safe.
 */
final class UnresponsiveNodes {

    private static final Duration ATTEMPT = Duration.ofSeconds(5);

    private final Supplier<NodeSocket> sockets;
    private final Set<SocketAddress> nodes = ConcurrentHashMap.newKeySet();
    private final Set<SocketAddress> attempts = ConcurrentHashMap.newKeySet();

    UnresponsiveNodes(Supplier<NodeSocket> sockets) {
        this.sockets = sockets;
    }

    void add(SocketAddress node) {
        nodes.add(node);
    }

    /** Returns whether a node is unresponsive; if it is, an attempt to connect to it is begun. */
    boolean contains(SocketAddress node) {
        if (!nodes.contains(node)) {
            return false;
        }
        if (attempts.add(node)) {
            try {
                Thread attempt = new Thread(() -> attempt(node), "cloakroom-infinispan-attempt");
                attempt.setDaemon(true);
                attempt.start();
            } catch (RuntimeException | Error e) {
                // No thread is to be had now; the next who asks tries again.
                attempts.remove(node);
            }
        }
        return true;
    }

    private void attempt(SocketAddress node) {
        try (NodeSocket socket = sockets.get()) {
            socket.connect(node, 0, ATTEMPT);
            nodes.remove(node);
        } catch (SocketTimeoutException e) {
            // Still unresponsive.
        } catch (IOException e) {
            // It answered, if only that nobody listens there or that it refuses.
            nodes.remove(node);
        } finally {
            attempts.remove(node);
        }
    }
}
