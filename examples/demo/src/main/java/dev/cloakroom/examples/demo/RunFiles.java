package dev.cloakroom.examples.demo;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The files that the nodes of one run share, in a directory to which this user alone has access.
 *
 * @param keys the key file for cookies
 * @param clusterKey the secret of the cluster
 */
record RunFiles(Path directory, Path keys, Path clusterKey) implements AutoCloseable {

    private static final int SECRET_LENGTH = 32;

    /**
     * Makes them.
     *
     * @param keys the key file to use, or null to make one
     */
    static RunFiles create(@Nullable Path keys) throws IOException {
        Path directory = Files.createTempDirectory("cloakroom-demo");
        Path clusterKey = directory.resolve("cluster.key");
        byte[] secret = new byte[SECRET_LENGTH];
        new SecureRandom().nextBytes(secret);
        Files.write(clusterKey, secret);
        Path own = directory.resolve("cookie.keys");
        if (keys == null) {
            KeyRingFile.create(own, KeyRing.random().current());
        }
        return new RunFiles(directory, keys == null ? own : keys.toAbsolutePath(), clusterKey);
    }

    @Override
    public void close() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("the directory " + directory + " cannot be deleted", e);
        }
    }
}
