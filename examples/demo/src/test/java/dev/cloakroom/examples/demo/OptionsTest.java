package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line. */
class OptionsTest {

    @Test
    void parse_nothing_givesDefaults() throws Exception {
        Options options = Options.parse();

        assertThat(options.port()).isEqualTo(8443);
        assertThat(options.store()).isEqualTo(new StoreOption.Heap());
        assertThat(options.keys()).isNull();
        assertThat(options.help()).isFalse();
        assertThat(options.timeouts())
                .isEqualTo(new Timeouts(
                        Duration.ofMinutes(30),
                        Duration.ofHours(12),
                        Duration.ofDays(30),
                        Duration.ofDays(30),
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(30)));
    }

    @Test
    void parse_everything_isTaken() throws Exception {
        Options options = Options.parse(
                "--port=0", "--store", "heap", "--keys", "ring.keys", "--idle-timeout", "2m", "--absolute-timeout=1h");

        assertThat(options.port()).isZero();
        assertThat(options.keys()).isEqualTo(Path.of("ring.keys"));
        assertThat(options.timeouts().idle()).isEqualTo(Duration.ofMinutes(2));
        assertThat(options.timeouts().absolute()).isEqualTo(Duration.ofHours(1));
        assertThat(options.timeouts().persistentAbsolute()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource({
        "30m,PT30M",
        "90s,PT1M30S",
        "12h,PT12H",
        "7d,PT168H",
        "500ms,PT0.5S",
        "PT30M,PT30M",
        "P1D,PT24H",
        "2H,PT2H",
        "PT0.25S,PT0.25S"
    })
    void duration_readableForm_isRead(String text, Duration expected) throws Exception {
        assertThat(Options.parse("--idle-timeout", text).timeouts().idle()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "m",
                "-30m",
                "1.5h",
                "30 m",
                "0s",
                "PT0S",
                "PT-1S",
                "9ms",
                "P1Y",
                "401d",
                "PT9999999999H",
                "999999999999d",
                "99999999999999d",
                "PT0.0000001S"
            })
    void duration_otherForm_isRefused(String text) {
        assertThatThrownBy(() -> Options.parse("--idle-timeout", text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("'--idle-timeout'")
                .hasMessageContaining("\"" + text + "\" is not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--store nowhere",
                "--port x",
                "--port -1",
                "--store chronicle:",
                "--store infinispan:",
                "--store infinispan --cluster-port 7800",
                "--store infinispan --cluster-peers 127.0.0.1:7801",
                "--store infinispan --cluster-port x --cluster-peers 127.0.0.1:7801",
                "--store heap --cluster-port 7800 --cluster-peers 127.0.0.1:7801",
                "--port 65536",
                "--port",
                "--prot 1",
                "8443",
                "--port 1 --port 2",
                "--idle-timeout 2h --absolute-timeout 1h"
            })
    void parse_impossible_isRefused(String line) {
        assertThatThrownBy(() -> Options.parse(line.split(" "))).isInstanceOf(UsageException.class);
    }

    @Test
    void parse_unknownStore_namesThoseThereAre() {
        assertThatThrownBy(() -> Options.parse("--store", "nowhere"))
                .hasMessageContaining("nowhere")
                .hasMessageContaining("heap")
                .hasMessageContaining("chronicle");
    }

    @Test
    void parse_stores_areTold() throws Exception {
        assertThat(Options.parse("--store", "heap").store()).isEqualTo(new StoreOption.Heap());
        assertThat(Options.parse("--store", "chronicle").store()).isEqualTo(new StoreOption.Chronicle(null));
        assertThat(Options.parse("--store=chronicle:some/where").store())
                .isEqualTo(new StoreOption.Chronicle(Path.of("some/where")));
        assertThat(Options.parse("--store", "infinispan").store()).isEqualTo(new StoreOption.Infinispan(null, null));
        assertThat(Options.parse("--store", "infinispan:some/where").store())
                .isEqualTo(new StoreOption.Infinispan(null, Path.of("some/where")));
        assertThat(Options.parse(
                                "--store=infinispan",
                                "--cluster-port=7800",
                                "--cluster-peers=127.0.0.1:7801,127.0.0.1:7802",
                                "--cluster-key=secret")
                        .store())
                .isEqualTo(new StoreOption.Infinispan(
                        new ClusterOptions(7800, List.of("127.0.0.1:7801", "127.0.0.1:7802"), Path.of("secret"), false),
                        null));
    }

    @Test
    void usage_tellsEachOptionButThoseOfNodes() {
        assertThat(Options.usage())
                .contains("Usage: java -jar cloakroom-demo.jar")
                .contains("--port", "--store", "--keys", "--cluster-port", "--cluster-peers", "--cluster-key")
                .contains("--idle-timeout", "--absolute-timeout", "--renewal-interval", "--help")
                .doesNotContain("--tokens-at", "--orders-at");
    }

    @Test
    void timeoutArguments_readAgain_giveTheSameTimeouts() throws Exception {
        Options options = Options.parse("--idle-timeout=90s", "--renewal-interval=1m");

        Options again = Options.parse(options.timeoutArguments().toArray(String[]::new));

        assertThat(again.timeouts()).isEqualTo(options.timeouts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--idle-timeout 10ms",
                "--idle-timeout 60d",
                "--idle-timeout 1s",
                "--absolute-timeout 2s",
                "--absolute-timeout 60d",
                "--renewal-interval 1s",
                "--renewal-interval 10ms",
                "--renewal-interval 90d",
                "--idle-timeout 1s --absolute-timeout 1s --renewal-interval 200ms"
            })
    void timeouts_possible_makeAnEngine(String line) throws Exception {
        Timeouts timeouts = Options.parse(line.split(" ")).timeouts();

        timeouts.applyTo(SessionEngine.builder()).keys(KeyRing.random()).build().close();
    }
}
