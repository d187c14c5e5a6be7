package dev.cloakroom.spring.boot;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStoreBuilder;
import dev.cloakroom.infinispan.OnSplit;
import dev.cloakroom.store.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens stores on Infinispan. Loaded only if that module is there. */
final class InfinispanStores {

    private InfinispanStores() {}

    static SessionStore open(CloakroomProperties.Infinispan settings) {
        InfinispanSessionStoreBuilder builder = InfinispanSessionStore.builder()
                .clusterName(settings.clusterName())
                .port(settings.port())
                .owners(settings.owners())
                .timeout(settings.timeout())
                .restartPatience(settings.restartPatience())
                .onSplit(settings.serveOnSplit() ? OnSplit.SERVE : OnSplit.DENY);
        String bindAddress = settings.bindAddress();
        if (bindAddress != null) {
            builder.bindAddress(bindAddress);
        }
        if (settings.replicated()) {
            builder.replicated();
        }
        if (settings.trustingTheNetwork()) {
            builder.trustingTheNetwork();
        }
        Path directory = settings.directory();
        if (directory != null) {
            builder.persistedTo(directory);
        }
        Path clusterKeyFile = settings.clusterKeyFile();
        try {
            findOthers(builder, settings);
            if (clusterKeyFile != null) {
                builder.clusterKey(Files.readAllBytes(clusterKeyFile));
            }
            return builder.build();
        } catch (IOException e) {
            throw new CloakroomStartException(
                    "The file of the cluster key cannot be read.",
                    "Correct cloakroom.store.infinispan.cluster-key-file, or make a file of 32 random bytes.",
                    e);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new CloakroomStartException(
                    "The session store cannot be started: " + e.getMessage() + ".",
                    "Correct the properties cloakroom.store.infinispan.",
                    e);
        }
    }

    /** The builder refuses a second way. */
    private static void findOthers(InfinispanSessionStoreBuilder builder, CloakroomProperties.Infinispan settings) {
        if (!settings.peers().isEmpty()) {
            builder.peers(settings.peers().toArray(String[]::new));
        }
        String dns = settings.dns();
        if (dns != null) {
            builder.dns(dns);
        }
        if (settings.multicast()) {
            builder.multicast();
        }
    }
}
