package dev.cloakroom.light4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.networknt.config.Config;
import com.networknt.service.SingletonServiceFactory;
import com.networknt.session.SessionManager;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.scenarios.Visitor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code service.yml} makes from {@code cloakroom.yml}. Runs in a process of its own, for light-4j's are global. */
class ServiceYmlTest {

    @TempDir
    private Path directory;

    @Test
    void managerIsMadeByServiceYml_withTheSettingsOfCloakroomYml() throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(CloakroomSessionManager::new)
                .withMessageContaining("cloakroom.yml")
                .withMessageContaining("CloakroomSessionManager.use");

        Path keys = directory.resolve("keys");
        KeyRingFile.write(keys, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        Config.getInstance()
                .putInConfigCache(
                        "cloakroom", Map.of("keys", keys.toString(), "idleTimeout", 60, "insecureCookie", "shop"));
        SessionManager manager = SingletonServiceFactory.getBean(SessionManager.class);
        assertThat(manager).isInstanceOf(CloakroomSessionManager.class);
        try (LightServer server = LightServer.start(exchange -> {
            Counter.count(exchange, manager);
            exchange.getResponseSender()
                    .send(Integer.toString(manager.getSession(exchange).getMaxInactiveInterval()));
        })) {
            Visitor visitor = new Visitor();
            for (int i = 0; i < 3; i++) {
                assertThat(visitor.send(server.port(), "/").join().headers().firstValue(Counter.COUNT))
                        .contains(Integer.toString(i));
            }
            assertThat(visitor.get(server.port(), "/")).isEqualTo("60");
            assertThat(visitor.cookie("shop")).isNotNull();
        } finally {
            Engines.current().engine().close();
        }
    }

    @Test
    void wrongSettings_areRefused_withWhatToDo() {
        assertThatIllegalStateException()
                .isThrownBy(() -> CloakroomConfig.of(Map.of()))
                .withMessageContaining("keys:");
        assertThatIllegalStateException()
                .isThrownBy(() -> CloakroomConfig.of(Map.of("keys", "k", "idletimeout", 1)))
                .withMessageContaining("idletimeout")
                .withMessageContaining("idleTimeout");
        assertThatIllegalStateException()
                .isThrownBy(() -> CloakroomConfig.of(Map.of("keys", "k", "idleTimeout", "long")))
                .withMessageContaining("seconds");
        assertThat(CloakroomConfig.of(Map.of("keys", "k", "absoluteTimeout", 7)).absoluteTimeout())
                .isEqualTo(Duration.ofSeconds(7));
    }
}
