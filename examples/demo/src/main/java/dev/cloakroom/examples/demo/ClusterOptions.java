package dev.cloakroom.examples.demo;

import dev.cloakroom.infinispan.InfinispanSessionStoreBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a demo takes part in a cluster of demos.
 *
 * @param port where it listens for the others
 * @param peers where they may be, each as {@code host:port}
 * @param key the file with the secret that all of them have, or null for none
 */
record ClusterOptions(
        int port, List<String> peers, @Nullable Path key) {

    private static final String PORT = "--cluster-port";
    private static final String PEERS = "--cluster-peers";
    private static final String KEY = "--cluster-key";

    /** The options that make these. */
    static final List<String> NAMES = List.of(PORT, PEERS, KEY);

    /** Reads the options' values; returns null if none is given. */
    static @Nullable ClusterOptions parse(Map<String, String> given) throws UsageException {
        String port = given.get(PORT);
        String peers = given.get(PEERS);
        String key = given.get(KEY);
        if (port == null && peers == null && key == null) {
            return null;
        }
        if (port == null || peers == null) {
            throw new UsageException("a cluster needs both " + PORT + " and " + PEERS);
        }
        return new ClusterOptions(
                Options.port(PORT, port), List.of(peers.split(",", -1)), key == null ? null : Options.path(KEY, key));
    }

    void applyTo(InfinispanSessionStoreBuilder builder) {
        builder.port(port).peers(peers.toArray(String[]::new));
        if (key != null) {
            try {
                builder.clusterKey(Files.readAllBytes(key));
            } catch (IOException e) {
                throw new UncheckedIOException(KEY + ": " + key + " cannot be read", e);
            }
        }
    }
}
