package dev.cloakroom.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.scenarios.HttpScenarios.Server;
import dev.cloakroom.testkit.ChildProcess;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an adapter must do when its process or its store fails. The server answers the requests that {@link HttpScenarios}
 * lists. A subclass is started in another process too, so it has a constructor without parameters.
 */
public abstract class FailureScenarios {

    private static final int REQUESTS = 20;

    @TempDir
    private Path directory;

    /** Starts a server over an engine, which the caller closes. */
    protected abstract Server start(SessionEngine engine) throws Exception;

    /** Returns whether a thread must not be blocked, as an event loop. */
    protected boolean mustNotBlock(Thread thread) {
        return false;
    }

    /** Returns the status of the response to a request whose session cannot be opened. */
    protected int unavailable() {
        return 503;
    }

    private static SessionEngine engine(Path folder) throws IOException {
        return SessionEngine.builder()
                .keys(KeyRing.fromFile(folder.resolve("keys")))
                .store(ChronicleSessionStore.persistedTo(folder.resolve("sessions"))
                        .maxSessions(1_000)
                        .build())
                .build();
    }

    /** The server in a process of its own. It prints its port, and runs until it is killed. */
    private static final class OtherProcess {

        private OtherProcess() {}

        /** Takes the name of a subclass, and the folder of the keys and the sessions. */
        public static void main(String[] arguments) throws Exception {
            Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
            constructor.setAccessible(true);
            FailureScenarios scenarios = (FailureScenarios) constructor.newInstance();
            Server server = scenarios.start(engine(Path.of(arguments[1])));
            System.out.println("port " + server.port());
            int read = System.in.read();
            System.exit(read);
        }
    }

    @Test
    void sessionInFiles_isThereAfterAKill_andAfterARestart() throws Exception {
        KeyRingFile.create(
                directory.resolve("keys"), KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        Visitor visitor = new Visitor();
        try (ChildProcess process =
                new ChildProcess(OtherProcess.class, getClass().getName(), directory.toString())) {
            String line = process.await(said -> said.startsWith("port "));
            int port = Integer.parseInt(line.substring("port ".length()));
            visitor.get(port, "/put?name=coat&value=red");
            visitor.get(port, "/login?user=ada");
            process.kill();
        }
        visitor = visitor.reconnected();
        try (SessionEngine engine = engine(directory);
                Server server = start(engine)) {
            assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red");
            assertThat(visitor.get(server.port(), "/who")).isEqualTo("ada");
            visitor.get(server.port(), "/put?name=hat&value=blue");
        }
        visitor = visitor.reconnected();
        try (SessionEngine engine = engine(directory);
                Server server = start(engine)) {
            assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red,hat=blue");
            assertThat(visitor.get(server.port(), "/who")).isEqualTo("ada");
        }
    }

    @Test
    void requests_thatWaitForAHungStore_keepNoOthersWaiting_andFailAtItsDeadline() throws Exception {
        SlowStore store = new SlowStore(this::mustNotBlock);
        try (SessionEngine engine = SessionEngine.builder()
                        .keys(KeyRing.random())
                        .store(store)
                        .build();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/put?name=coat&value=red");

            store.hang();
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                responses.add(visitor.send(server.port(), "/get"));
            }
            store.awaitWaiting(REQUESTS);
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(new Visitor().get(server.port(), "/who")).isEqualTo("nobody");
            }
            assertThat(responses).noneMatch(CompletableFuture::isDone);
            store.passDeadline();

            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response.join().statusCode()).isEqualTo(unavailable());
            }
            store.unavailable(false);
            assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red");
        }
    }
}
