package dev.cloakroom.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports of the loopback address that nobody listens on, for servers whose port must be known before they start. They
 * lie below the range from which systems take the ports of outgoing connections, so that none of those can sit on one
 * by the time that its server starts; asking the system for any free port gives just such a one.
 */
public final class FreePorts {

    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private FreePorts() {}

    /** Returns one. */
    public static int one() {
        return several(1).get(0);
    }

    /** Returns some, all different. */
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
