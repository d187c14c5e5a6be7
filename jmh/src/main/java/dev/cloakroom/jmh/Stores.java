package dev.cloakroom.jmh;

import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Opens stores by name, and leaves nothing behind. */
final class Stores implements AutoCloseable {

    private static final int TYPICAL_BYTES = 1_200;

    private final SessionStore store;
    private final @Nullable Path directory;

    private Stores(SessionStore store, @Nullable Path directory) {
        this.store = store;
        this.directory = directory;
    }

    /**
     * Opens an empty store.
     *
     * @param name heap, chronicle, chronicle-file, infinispan-local, or infinispan-cluster: a cluster's only node, which
     *     owns all sessions and goes the way to them that an owner goes
     * @param sessions how many it will be given
     */
    static Stores open(String name, int sessions) {
        return switch (name) {
            case "heap" ->
                new Stores(
                        HeapSessionStore.builder()
                                .maxBytes(Runtime.getRuntime().maxMemory())
                                .build(),
                        null);
            case "chronicle" -> new Stores(chronicle(ChronicleSessionStore.inMemory(), sessions), null);
            case "chronicle-file" -> {
                Path directory = temporaryDirectory();
                yield new Stores(chronicle(ChronicleSessionStore.persistedTo(directory), sessions), directory);
            }
            case "infinispan-local" ->
                new Stores(InfinispanSessionStore.builder().build(), null);
            case "infinispan-cluster" -> new Stores(clusterNode(freePort(), new byte[0]), null);
            default -> throw new IllegalArgumentException("no store is called " + name);
        };
    }

    private static SessionStore chronicle(ChronicleSessionStore.Builder builder, int sessions) {
        return builder.maxSessions(2L * sessions)
                .typicalSessionBytes(TYPICAL_BYTES)
                .build();
    }

    /**
     * Starts a node of a cluster on this machine.
     *
     * @param key the cluster's, or nothing for a new one
     * @param peers the ports of the others
     */
    static InfinispanSessionStore clusterNode(int port, byte[] key, Integer... peers) {
        byte[] clusterKey = key;
        if (key.length == 0) {
            clusterKey = new byte[32];
            new SecureRandom().nextBytes(clusterKey);
        }
        return InfinispanSessionStore.builder()
                .port(port)
                .peers(Stream.concat(Stream.of(port), Stream.of(peers))
                        .map(peer -> "127.0.0.1:" + peer)
                        .toArray(String[]::new))
                .clusterKey(clusterKey)
                .build();
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SessionStore store() {
        return store;
    }

    /** Deletes the files of a store that was closed. */
    @Override
    public void close() {
        if (directory != null) {
            delete(directory);
        }
    }

    /** Deletes a directory with all that it holds. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("cloakroom-jmh");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
