package dev.cloakroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session in files outlives its process. */
class RestartTest {

    @Test
    void session_inFiles_isThereAfterARestartAndAfterAKill(@TempDir Path folder) throws Exception {
        Path keys = folder.resolve("keys");
        Path store = folder.resolve("sessions");
        KeyRingFile.create(keys, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        String cookie;
        try (ChildProcess server = start(keys, store)) {
            Visitor visitor = visitor(server);
            assertThat(visitor.get("/count").body()).isEqualTo("1");
            cookie = visitor.cookie();
            server.say("");
            server.awaitEnd();
        }
        try (ChildProcess server = start(keys, store)) {
            Visitor visitor = visitor(server);
            visitor.cookie = cookie;
            assertThat(visitor.get("/count").body()).isEqualTo("2");
            server.kill();
        }
        try (ChildProcess server = start(keys, store)) {
            Visitor visitor = visitor(server);
            visitor.cookie = cookie;
            assertThat(visitor.get("/count").body()).isEqualTo("3");
            server.kill();
        }
    }

    private static ChildProcess start(Path keys, Path store) throws Exception {
        return new ChildProcess(RestartedServer.class, keys.toString(), store.toString());
    }

    private static Visitor visitor(ChildProcess server) throws Exception {
        String line = server.await(said -> said.startsWith("port "));
        return new Visitor(Integer.parseInt(line.substring("port ".length())));
    }
}
