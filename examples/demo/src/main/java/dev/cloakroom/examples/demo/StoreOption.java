package dev.cloakroom.examples.demo;

import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStoreBuilder;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** What {@code --store} can name. */
sealed interface StoreOption {

    /** Opens the store. The caller closes it. */
    SessionStore open();

    /** In this process's memory: gone when it ends. */
    record Heap() implements StoreOption {
        @Override
        public SessionStore open() {
            return HeapSessionStore.create();
        }
    }

    /**
     * Off the heap, and there again after a crash if it is in files.
     *
     * @param files the directory that they are in, or null for memory
     */
    record Chronicle(@Nullable Path files) implements StoreOption {
        @Override
        public SessionStore open() {
            silenceSlf4j();
            return (files == null ? ChronicleSessionStore.inMemory() : ChronicleSessionStore.persistedTo(files))
                    .build();
        }
    }

    /**
     * In the memory of a cluster. Without options the demo starts three nodes, see {@link Nodes}.
     *
     * @param cluster how this one takes part, or null if nothing was said of it
     * @param files the directory where sessions are while all demos are stopped, or null if they are gone then
     */
    record Infinispan(
            @Nullable ClusterOptions cluster, @Nullable Path files) implements StoreOption {

        /** Returns whether the demo has to start the nodes. */
        boolean isOfOwnNodes() {
            return cluster == null && files == null;
        }

        @Override
        public SessionStore open() {
            silenceSlf4j();
            // tag::nodes
            InfinispanSessionStoreBuilder builder =
                    InfinispanSessionStore.builder().clusterName("cloakroom-demo");
            if (cluster != null) {
                cluster.applyTo(builder); // port, peers, clusterKey
            }
            if (files != null) {
                builder.persistedTo(files);
            }
            return builder.build();
            // end::nodes
        }
    }

    /** Stores log by SLF4J, for which the demo brings no backend; that is as it should be. */
    private static void silenceSlf4j() {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    /**
     * Reads the option's value.
     *
     * @param cluster what was said of a cluster, or null if nothing was
     */
    static StoreOption parse(String text, @Nullable ClusterOptions cluster) throws UsageException {
        String files = "chronicle:";
        String restart = "infinispan:";
        if (text.equals("infinispan")) {
            return new Infinispan(cluster, null);
        }
        if (text.startsWith(restart) && text.length() > restart.length()) {
            return new Infinispan(cluster, path(text.substring(restart.length())));
        }
        if (cluster != null) {
            throw new UsageException("--cluster-port: only with --store infinispan");
        }
        if (text.equals("heap")) {
            return new Heap();
        }
        if (text.equals("chronicle")) {
            return new Chronicle(null);
        }
        if (text.startsWith(files) && text.length() > files.length()) {
            return new Chronicle(path(text.substring(files.length())));
        }
        throw new UsageException("--store: there is no store \"" + text
                + "\"; there are: heap, chronicle (off the heap), chronicle:DIRECTORY (in files), infinispan"
                + " (in a cluster) and infinispan:DIRECTORY (in files while the cluster is stopped)");
    }

    private static Path path(String text) throws UsageException {
        try {
            return Options.path(text);
        } catch (TypeConversionException e) {
            throw new UsageException("--store: " + e.getMessage());
        }
    }
}
