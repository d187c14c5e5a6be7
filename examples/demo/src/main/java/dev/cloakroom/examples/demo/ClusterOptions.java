package dev.cloakroom.examples.demo;

import dev.cloakroom.infinispan.InfinispanSessionStoreBuilder;
import dev.cloakroom.infinispan.OnSplit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a demo takes part in a cluster of demos.
 *
 * @param port where it listens for the others
 * @param peers where they may be, each as {@code host:port}
 * @param key the file with the secret that all of them have, or null for none
 * @param local whether one demo has started all of them, so that no network between them can split
 */
record ClusterOptions(
        int port, List<String> peers, @Nullable Path key, boolean local) {

    private static final String PORT = "--cluster-port";
    private static final String PEERS = "--cluster-peers";
    private static final String KEY = "--cluster-key";

    /** Puts the options' values together; returns null if none is given. */
    static @Nullable ClusterOptions of(
            @Nullable Integer port, @Nullable String peers, @Nullable Path key, boolean local) throws UsageException {
        if (port == null && peers == null && key == null) {
            return null;
        }
        if (port == null || peers == null) {
            throw new UsageException("a cluster needs both " + PORT + " and " + PEERS);
        }
        return new ClusterOptions(port, List.of(peers.split(",", -1)), key, local);
    }

    void applyTo(InfinispanSessionStoreBuilder builder) {
        // tag::nodes
        builder.port(port).peers(peers.toArray(String[]::new));
        if (local) {
            builder.replicated().onSplit(OnSplit.SERVE); // the last of the nodes still has every session
        }
        // end::nodes
        if (key != null) {
            try {
                builder.clusterKey(Files.readAllBytes(key));
            } catch (IOException e) {
                throw new UncheckedIOException(KEY + ": " + key + " cannot be read", e);
            }
        }
    }
}
