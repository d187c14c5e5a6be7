package dev.cloakroom.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Micrometer shows of an engine, and that both tables of it are right. */
class CloakroomMetricsTest {

    private static final Attribute<String> THEME = Attribute.ofString("theme");
    private static final Pattern JAVADOC_ROW = Pattern.compile(
            "<tr><td>\\{@code (cloakroom\\.[a-z.]+)}</td><td>(\\w+)</td><td>(.*?)</td><td>(.*?)</td></tr>");
    private static final Pattern README_ROW =
            Pattern.compile("\\| `(cloakroom\\.[a-z.]+)` \\| (\\w+) \\| (.*?) ?\\| (.*?) \\|");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SessionEngine engine =
            SessionEngine.builder().keys(KeyRing.random()).build();

    @AfterEach
    void close() {
        engine.close();
    }

    /** One meter, by name, as the tables describe it. */
    private record Row(String type, TreeMap<String, TreeSet<String>> tags, String description) {}

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    @Test
    void meters_busyEngine_showItsFigures() {
        new CloakroomMetrics(engine).bindTo(registry);
        Session session = engine.open((String) null);
        session.login("ada");
        List<String> cookies = engine.commit(session);
        engine.lookup("__Host-Http-session=forged");
        Session again = engine.open(cookies.get(0).substring(0, cookies.get(0).indexOf(';')));
        again.put(THEME, "dark");
        engine.commit(again);
        again.logout();

        assertThat(gauge("cloakroom.sessions")).isZero();
        assertThat(counter("cloakroom.lookups", "outcome", "found")).isEqualTo(1);
        assertThat(counter("cloakroom.lookups", "outcome", "absent")).isEqualTo(1);
        assertThat(counter("cloakroom.lookups", "outcome", "rejected")).isEqualTo(1);
        assertThat(counter("cloakroom.lookups", "outcome", "ended")).isZero();
        assertThat(counter("cloakroom.logins")).isEqualTo(1);
        assertThat(counter("cloakroom.sessions.started")).isEqualTo(1);
        assertThat(counter("cloakroom.sessions.ended")).isEqualTo(1);
        assertThat(counter("cloakroom.store.writes")).isEqualTo(3);
        assertThat(gauge("cloakroom.commit.time", "phi", "1")).isPositive();
        assertThat(gauge("cloakroom.keys", "state", "active")).isEqualTo(1);
        assertThat(gauge("cloakroom.keys", "state", "revoked")).isZero();
    }

    @Test
    void keyMeters_fileGoes_showTheProblemWithoutARequest(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.txt");
        KeyRingFile.create(file, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        try (SessionEngine following =
                SessionEngine.builder().keys(KeyRing.fromFile(file)).build()) {
            new CloakroomMetrics(following).bindTo(registry);
            assertThat(gauge("cloakroom.keys.problem")).isZero();
            Files.delete(file);

            long patience = System.nanoTime() + 20_000_000_000L;
            while (gauge("cloakroom.keys.problem") == 0 && System.nanoTime() < patience) {
                Thread.sleep(20);
            }

            assertThat(gauge("cloakroom.keys.problem")).isEqualTo(1);
            assertThat(gauge("cloakroom.keys.age")).isPositive();
        }
    }

    @Test
    void bindTo_secondEngineWithTags_meterOfItsOwn() {
        try (SessionEngine other =
                SessionEngine.builder().keys(KeyRing.random()).build()) {
            new CloakroomMetrics(engine, Tags.of("engine", "shop")).bindTo(registry);
            new CloakroomMetrics(other, Tags.of("engine", "admin")).bindTo(registry);
            Session session = other.open((String) null);
            session.login("ada");

            assertThat(counter("cloakroom.logins", "engine", "shop")).isZero();
            assertThat(counter("cloakroom.logins", "engine", "admin")).isEqualTo(1);
        }
    }

    @Test
    void meters_engineClosed_notANumberAndNoException() {
        new CloakroomMetrics(engine).bindTo(registry);

        engine.close();

        assertThat(gauge("cloakroom.sessions")).isNaN();
        assertThat(counter("cloakroom.logins")).isNaN();
    }

    @Test
    void close_bound_removesItsMetersAlone() {
        registry.counter("other");
        CloakroomMetrics metrics = new CloakroomMetrics(engine);
        metrics.bindTo(registry);

        metrics.close();
        metrics.close();

        assertThat(registry.getMeters())
                .singleElement()
                .extracting(meter -> meter.getId().getName())
                .isEqualTo("other");
    }

    /** Prometheus drops reserved endings of names, so that two meters could become one. */
    @Test
    void scrape_ofPrometheus_hasEachMeterUnderItsOwnName() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new CloakroomMetrics(engine).bindTo(prometheus);

        String scrape = prometheus.scrape();

        for (Meter meter : prometheus.getMeters()) {
            String suffix = meter.getId().getType() == Meter.Type.COUNTER ? "_total" : "";
            assertThat(scrape)
                    .contains("# HELP " + meter.getId().getName().replace('.', '_') + suffix + " "
                            + meter.getId().getDescription());
        }
    }

    @Test
    void tables_ofJavadocAndReadme_sameAsWhatIsRegisteredBeforeFirstUse() throws Exception {
        new CloakroomMetrics(engine).bindTo(registry);
        TreeMap<String, Row> registered = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Row row = registered.computeIfAbsent(
                    meter.getId().getName(),
                    name -> new Row(
                            meter.getId().getType().name().toLowerCase(Locale.ROOT),
                            new TreeMap<>(),
                            String.valueOf(meter.getId().getDescription())));
            meter.getId()
                    .getTags()
                    .forEach(tag -> row.tags()
                            .computeIfAbsent(tag.getKey(), key -> new TreeSet<>())
                            .add(tag.getValue()));
        }

        assertThat(table(JAVADOC_ROW, Path.of("src/main/java/dev/cloakroom/micrometer/CloakroomMetrics.java")))
                .isEqualTo(registered);
        assertThat(table(README_ROW, Path.of("README.md"))).isEqualTo(registered);
    }

    private static TreeMap<String, Row> table(Pattern pattern, Path file) throws Exception {
        TreeMap<String, Row> rows = new TreeMap<>();
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
            rows.put(matcher.group(1), new Row(matcher.group(2), tags(matcher.group(3)), matcher.group(4)));
        }
        return rows;
    }

    /** Reads {@code `name`: value, value}, or nothing. */
    private static TreeMap<String, TreeSet<String>> tags(String text) {
        TreeMap<String, TreeSet<String>> tags = new TreeMap<>();
        if (!text.isBlank()) {
            String plain = text.replaceAll("\\{@code (\\w+)}|`(\\w+)`", "$1$2");
            int colon = plain.indexOf(':');
            tags.put(
                    plain.substring(0, colon).strip(),
                    List.of(plain.substring(colon + 1).split(",")).stream()
                            .map(String::strip)
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
        return tags;
    }
}
