package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.HeapSessionStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.ClassLayout;

/** What an engine costs and shows: allocation, flight recordings, latency, evictions. */
class ObservationTest {

    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");

    private static String header(SessionEngine engine) {
        Session session = engine.open((String) null);
        session.put(VISITS, 7L);
        String cookie = engine.commit(session).get(0);
        return "theme=dark; " + cookie.substring(0, cookie.indexOf(';'));
    }

    private static SessionEngine engine(KeyAlgorithm algorithm) {
        return SessionEngine.builder()
                .keys(KeyRing.of(SigningKey.generate(algorithm)))
                .withoutSweeping()
                .build();
    }

    /**
     * Returns what a call allocates once the compiler has settled. How long that takes differs, what comes of it does
     * not: so it is measured again until it is as little as expected, or a minute is over.
     */
    private static double bytesPerCall(double expected, String header, ToIntFunction<String> call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        double perCall;
        int blackhole = 0;
        do {
            int calls = 20_000;
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < calls; i++) {
                blackhole += call.applyAsInt(header);
            }
            long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            perCall = (after - before) / (double) calls;
        } while (perCall > expected && System.nanoTime() < deadline);
        assertThat(blackhole).isNotZero();
        return perCall;
    }

    @Test
    void session_fieldsOfEveryRequest_fill72Bytes() {
        assertThat(ClassLayout.parseClass(Session.class).instanceSize()).isEqualTo(72);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"HMAC_SHA_256", "AES_256_CMAC"})
    void lookup_found_allocatesTheSessionAlone(KeyAlgorithm algorithm) {
        try (SessionEngine engine = engine(algorithm)) {
            String header = header(engine);

            double bytes = bytesPerCall(
                    120,
                    header,
                    each -> engine.lookup(each) instanceof Lookup.Found found
                            ? System.identityHashCode(found.session()) | 1
                            : 0);

            assertThat(bytes).isLessThanOrEqualTo(120);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"HMAC_SHA_256", "AES_256_CMAC"})
    void lookup_forged_allocatesNothing(KeyAlgorithm algorithm) {
        try (SessionEngine engine = engine(algorithm)) {
            String genuine = header(engine);
            char last = genuine.charAt(genuine.length() - 2);
            String forged = genuine.substring(0, genuine.length() - 2)
                    + (last == 'A' ? 'B' : 'A')
                    + genuine.charAt(genuine.length() - 1);

            double bytes = bytesPerCall(
                    1,
                    forged,
                    each -> engine.lookup(each) instanceof Lookup.Rejected rejected
                            ? rejected.reason().ordinal() + 1
                            : 0);

            assertThat(bytes).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void recording_lookupAndCommit_seen(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (SessionEngine engine = engine(KeyAlgorithm.HMAC_SHA_256);
                Recording recording = new Recording()) {
            recording.enable("dev.cloakroom.Lookup").withThreshold(Duration.ZERO);
            recording.enable("dev.cloakroom.Commit").withThreshold(Duration.ZERO);
            recording.start();
            String header = header(engine);
            engine.lookup(header);
            engine.lookupAsync(header).toCompletableFuture().join();
            engine.commitAsync(engine.open(header)).toCompletableFuture().join();
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("dev.cloakroom.Lookup"))
                .extracting(event -> event.getString("outcome"))
                .containsExactly("Absent", "Found", "Found", "Found");
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("dev.cloakroom.Commit"))
                .extracting(event -> event.getInt("cookies"))
                .containsExactly(1, 0);
        assertThat(events.toString()).doesNotContain("__Host");
    }

    @Test
    void histogram_knownSpans_quantilesAreUpperBounds() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertThat(histogram.snapshot())
                .isEqualTo(new EngineMetrics.Latency(0, Duration.ZERO, Duration.ZERO, Duration.ZERO));

        for (int i = 0; i < 98; i++) {
            histogram.record(1_000);
        }
        histogram.record(5_000);
        histogram.record(-1);
        histogram.record(1_000_000);

        EngineMetrics.Latency latency = histogram.snapshot();
        assertThat(latency.samples()).isEqualTo(101);
        assertThat(latency.median()).isEqualTo(Duration.ofNanos(1_024));
        assertThat(latency.p99()).isEqualTo(Duration.ofNanos(8_192));
        assertThat(latency.maximum()).isEqualTo(Duration.ofNanos(1 << 20));
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.snapshot().maximum()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    }

    @Test
    void metrics_manyLookups_someOfThemTimed() {
        try (SessionEngine engine = engine(KeyAlgorithm.HMAC_SHA_256)) {
            String header = header(engine);
            for (int i = 0; i < 10_000; i++) {
                engine.lookup(header);
            }

            EngineMetrics.Latency latency = engine.metrics().lookupLatency();
            assertThat(latency.samples()).isBetween(10L, 1_000L);
            assertThat(latency.median()).isPositive().isLessThanOrEqualTo(latency.p99());
            assertThat(latency.p99()).isLessThanOrEqualTo(latency.maximum());
        }
    }

    @Test
    void listener_storeEvicts_told() {
        List<SessionEvent> events = new ArrayList<>();
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(HeapSessionStore.builder().maxSessions(1).build())
                .listener(events::add)
                .withoutSweeping()
                .build()) {
            header(engine);
            header(engine);

            assertThat(events)
                    .filteredOn(event -> event instanceof SessionEvent.Ended)
                    .extracting(event -> ((SessionEvent.Ended) event).cause())
                    .containsExactly(SessionEvent.Cause.EVICTED);
            assertThat(engine.metrics().endings()).isEqualTo(1);
        }
    }
}
