package dev.cloakroom.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Two nodes of the shop, whose sessions are in a cluster of Infinispan. */
class TwoNodesTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void loginAtOneNode_countsAtTheOther_rememberedOrNot() throws IOException {
        KeyRingFile.create(
                directory.resolve("keys.txt"), KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        Files.writeString(directory.resolve("cluster.key"), "0123456789abcdef0123456789abcdef");
        int[] ports = freePorts();
        try (ConfigurableApplicationContext one = start(ports[0], ports);
                ConfigurableApplicationContext two = start(ports[1], ports)) {
            Visitor atOne = new Visitor(port(one));
            assertThat(atOne.login("ada")).matches(Visitor::succeeded);
            atOne.body("/put?name=coat&value=red");
            Visitor atTwo = atOne.copy(port(two));

            assertThat(atTwo.body("/attributes")).contains("coat=red");
            assertThat(new Visitor(port(two)).login("ada")).matches(Visitor::failed);
            assertThat(atTwo.post("/everywhere", Map.of("_csrf", atTwo.csrf("/")))
                            .body())
                    .isEqualTo("ended 1");
            assertThat(atOne.isLoggedIn()).isFalse();
            assertThat(new Visitor(port(one)).login("ada")).matches(Visitor::succeeded);

            Visitor remembered = new Visitor(port(one));
            HttpResponse<String> login =
                    remembered.login("bob", remembered.csrf("/login"), Map.of("remember-me", "on"));
            assertThat(login).matches(Visitor::succeeded);
            assertThat(login.headers().firstValue("Set-Cookie").orElse("")).contains("; Max-Age=2592000");
            Visitor rememberedAtTwo = remembered.copy(port(two));
            assertThat(rememberedAtTwo.isLoggedIn()).isTrue();
            rememberedAtTwo.post("/logout", Map.of("_csrf", rememberedAtTwo.csrf("/")));
            assertThat(remembered.isLoggedIn()).isFalse();
        }
    }

    private static int[] freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            return new int[] {one.getLocalPort(), two.getLocalPort()};
        }
    }

    private ConfigurableApplicationContext start(int clusterPort, int[] ports) {
        return SpringApplication.run(
                Shop.class,
                "--server.port=0",
                "--spring.jmx.enabled=false",
                "--cloakroom.random-keys=false",
                "--cloakroom.keys-file=" + directory.resolve("keys.txt"),
                "--cloakroom.store.type=infinispan",
                "--cloakroom.store.infinispan.port=" + clusterPort,
                "--cloakroom.store.infinispan.peers=localhost:" + ports[0] + ",localhost:" + ports[1],
                "--cloakroom.store.infinispan.cluster-key-file=" + directory.resolve("cluster.key"));
    }

    private static int port(ConfigurableApplicationContext node) {
        return Integer.parseInt(Objects.requireNonNull(node.getEnvironment().getProperty("local.server.port")));
    }
}
