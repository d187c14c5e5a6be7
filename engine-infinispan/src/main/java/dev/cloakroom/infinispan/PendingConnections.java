package dev.cloakroom.infinispan;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Connections that have not proved yet that they come from a node: at most {@value #PER_ADDRESS} from one address and
 * {@value #ALL} in all. When there are more, the oldest of that address is closed, or of the address that has most. A
 * node proves itself within milliseconds, so it is never the oldest for long.
 *
 * <p>Thread-safe.
 */
final class PendingConnections {

    static final int PER_ADDRESS = 64;
    static final int ALL = 256;

    /** The oldest first. */
    private final Set<NodeSocket> sockets = new LinkedHashSet<>();

    /** Adds a connection, and closes one if there are too many. */
    synchronized void add(NodeSocket socket) {
        sockets.add(socket);
        InetAddress address = socket.getInetAddress();
        if (sockets.stream().filter(each -> isFrom(each, address)).count() > PER_ADDRESS) {
            closeOldestOf(address);
        } else if (sockets.size() > ALL) {
            closeOldestOf(busiest());
        }
    }

    private static boolean isFrom(NodeSocket socket, @Nullable InetAddress address) {
        return address == null || address.equals(socket.getInetAddress());
    }

    private void closeOldestOf(@Nullable InetAddress address) {
        sockets.stream().filter(socket -> isFrom(socket, address)).findFirst().ifPresent(oldest -> {
            sockets.remove(oldest);
            oldest.close();
        });
    }

    private @Nullable InetAddress busiest() {
        Map<InetAddress, Long> counts = sockets.stream()
                .map(NodeSocket::getInetAddress)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return counts.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Closes the oldest connection, if there is one, of the address that has most. */
    synchronized void closeOldest() {
        if (!sockets.isEmpty()) {
            closeOldestOf(busiest());
        }
    }

    synchronized void remove(NodeSocket socket) {
        sockets.remove(socket);
    }

    synchronized void closeAll() {
        List<NodeSocket> all = new ArrayList<>(sockets);
        sockets.clear();
        all.forEach(NodeSocket::close);
    }
}
