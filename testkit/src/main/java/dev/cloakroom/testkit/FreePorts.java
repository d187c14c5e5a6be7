package dev.cloakroom.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free TCP ports of the loopback address, for servers whose port must be known before they start.
 *
 * <p>The ports lie below the range that operating systems use for outgoing connections. A port of that range, such as a
 * bind to port 0 returns, may be taken by an outgoing connection before the server starts.
 */
public final class FreePorts {

    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private FreePorts() {}

    /** Returns a free port. */
    public static int one() {
        return several(1).get(0);
    }

    /** Returns several free ports, all different. */
    public static List<Integer> several(int number) {
        return ThreadLocalRandom.current()
                .ints(FIRST, END)
                .distinct()
                .filter(FreePorts::isFree)
                .limit(number)
                .boxed()
                .toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
