package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeException;
import dev.cloakroom.AttributeType;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the writes of one request, and of concurrent requests. */
abstract class WriteChecks extends EngineFixture {

    private final SessionEngine engine;
    private final Browser browser = new Browser();

    WriteChecks(SessionEngineContract contract) {
        super(contract);
        engine = engine();
    }

    record Address(String street, int number, List<String> lines) {}

    @Test
    void put_everyType_readBackByTheNextRequest() {
        Attribute<Boolean> flag = Attribute.ofBoolean("flag");
        Attribute<Double> ratio = Attribute.ofDouble("ratio");
        Attribute<byte[]> bytes = Attribute.ofBytes("bytes");
        Attribute<Instant> moment = Attribute.ofInstant("moment");
        Attribute<Duration> span = Attribute.ofDuration("span");
        Attribute<UUID> uuid = Attribute.ofUuid("uuid");
        Attribute<List<String>> roles = Attribute.ofList("roles", AttributeType.STRING);
        Attribute<Map<String, List<Long>>> figures =
                Attribute.ofMap("figures", AttributeType.listOf(AttributeType.LONG));
        Attribute<Address> address = Attribute.ofRecord("address", Address.class);
        UUID id = UUID.randomUUID();
        Address home = new Address("Röntgenstraße \u20AC", 7, List.of("a", ""));

        browser.request(engine, session -> {
            session.put(COAT, "r\u00E9d \uD83E\uDDE5");
            session.put(VISITS, Long.MIN_VALUE);
            session.put(flag, true);
            session.put(ratio, Double.MIN_VALUE);
            session.put(bytes, new byte[] {0, -1, 127});
            session.put(moment, Instant.MAX);
            session.put(span, Duration.ofSeconds(-5, 7));
            session.put(uuid, id);
            session.put(roles, List.of("admin", "", "user"));
            session.put(figures, Map.of("", List.of(), "primes", List.of(2L, 3L)));
            session.put(address, home);
        });

        Session session = found(engine.lookup(browser.header()));
        assertThat(session.get(COAT)).isEqualTo("r\u00E9d \uD83E\uDDE5");
        assertThat(session.get(VISITS)).isEqualTo(Long.MIN_VALUE);
        assertThat(session.get(flag)).isTrue();
        assertThat(session.get(ratio)).isEqualTo(Double.MIN_VALUE);
        assertThat(session.get(bytes)).containsExactly(0, -1, 127);
        assertThat(session.get(moment)).isEqualTo(Instant.MAX);
        assertThat(session.get(span)).isEqualTo(Duration.ofSeconds(-5, 7));
        assertThat(session.get(uuid)).isEqualTo(id);
        assertThat(session.get(roles)).containsExactly("admin", "", "user");
        assertThat(session.get(figures)).isEqualTo(Map.of("", List.of(), "primes", List.of(2L, 3L)));
        assertThat(session.get(address)).isEqualTo(home);
        assertThat(session.attributeNames()).hasSize(11);
    }

    @Test
    void put_thenChangedByItsOwner_keepsWhatWasPut() {
        Attribute<byte[]> bytes = Attribute.ofBytes("bytes");
        byte[] mine = {1, 2};
        browser.request(engine, session -> {
            session.put(bytes, mine);
            mine[0] = 9;
        });

        assertThat(found(engine.lookup(browser.header())).get(bytes)).containsExactly(1, 2);
    }

    @Test
    void get_putAsAnotherType_failsThatGetAlone() {
        browser.request(engine, session -> {
            session.put(COAT, "red");
            session.put(HAT, "bowler");
        });
        Session session = found(engine.lookup(browser.header()));

        assertThatThrownBy(() -> session.get(Attribute.ofLong("coat")))
                .isInstanceOfSatisfying(
                        AttributeException.class, e -> assertThat(e.attribute()).isEqualTo("coat"));
        assertThat(session.get(HAT)).isEqualTo("bowler");
        assertThat(session.get(COAT)).isEqualTo("red");
    }

    @Test
    void get_ownChangesBeforeTheCommit_seen() {
        Session session = engine.open((String) null);
        session.put(COAT, "red");
        session.put(COAT, "blue");
        session.update(VISITS, n -> n == null ? 1L : n + 1);
        session.update(VISITS, n -> n == null ? 1L : n + 1);
        session.put(HAT, "bowler");
        session.remove(HAT);
        session.remove(Attribute.ofString("never put"));

        assertThat(session.get(COAT)).isEqualTo("blue");
        assertThat(session.get(VISITS)).isEqualTo(2);
        assertThat(session.attributeNames()).containsExactlyInAnyOrder("coat", "visits");
        browser.receive(engine.commit(session));
        assertThat(found(engine.lookup(browser.header())).get(VISITS)).isEqualTo(2);
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isNull();
    }

    @Test
    void update_toNull_removes() {
        browser.request(engine, session -> session.put(COAT, "red"));
        browser.request(engine, session -> session.update(COAT, coat -> null));

        assertThat(found(engine.lookup(browser.header())).attributeNames()).isEmpty();
    }

    @Test
    void commit_nothingChanged_writesNothing() {
        browser.request(engine, session -> session.put(COAT, "red"));
        store().writes.set(0);

        browser.request(engine, session -> session.get(COAT));

        assertThat(store().writes).hasValue(0);
    }

    @Test
    void commit_twoRequestsChangeDifferentAttributes_bothWin() {
        browser.request(engine, session -> session.put(COAT, "red"));
        Session one = engine.open(browser.header());
        Session other = engine.open(browser.header());
        one.put(HAT, "bowler");
        other.put(VISITS, 7L);
        other.remove(COAT);

        engine.commit(one);
        engine.commit(other);

        Session session = found(engine.lookup(browser.header()));
        assertThat(session.get(HAT)).isEqualTo("bowler");
        assertThat(session.get(VISITS)).isEqualTo(7);
        assertThat(session.get(COAT)).isNull();
        assertThat(other.get(HAT))
                .as("the value that the loser of the race reads afterwards")
                .isEqualTo("bowler");
    }

    @Test
    void commit_twoRequestsPutTheSameAttribute_theLaterWins() {
        browser.request(engine, session -> session.put(COAT, "red"));
        Session one = engine.open(browser.header());
        Session other = engine.open(browser.header());
        one.put(COAT, "green");
        other.put(COAT, "blue");

        engine.commit(other);
        engine.commit(one);

        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("green");
    }

    @Test
    void commit_writtenToBetweenReadAndWrite_worksOutTheChangeAnew() {
        browser.request(engine, session -> session.put(VISITS, 10L));
        Session session = engine.open(browser.header());
        session.update(VISITS, n -> Objects.requireNonNull(n) + 1);
        store().beforeWrite = () -> browser.request(engine, other -> other.put(VISITS, 100L));

        engine.commit(session);

        assertThat(session.get(VISITS)).isEqualTo(101);
        assertThat(found(engine.lookup(browser.header())).get(VISITS)).isEqualTo(101);
        assertThat(engine.metrics().conflicts()).isEqualTo(1);
    }

    @Tag("long")
    @Test
    void update_eightThreadsManyTimesEach_noneLost() {
        int threads = 8;
        int perThread = repetitions(10_000);
        browser.request(engine, session -> session.put(VISITS, 0L));

        Concurrently.run(threads, thread -> {
            for (int i = 0; i < perThread; i++) {
                Session session = engine.open(browser.header());
                session.update(VISITS, n -> Objects.requireNonNull(n) + 1);
                engine.commit(session);
            }
            return null;
        });

        assertThat(found(engine.lookup(browser.header())).get(VISITS)).isEqualTo((long) threads * perThread);
    }

    @Tag("long")
    @Test
    void update_whileRenewing_noneLost() {
        browser.request(engine, session -> session.put(VISITS, 0L));
        int rounds = 40;
        for (int round = 0; round < rounds; round++) {
            clock.advance(RENEWAL);
            List<List<String>> cookies = Concurrently.run(4, thread -> {
                Session session = engine.open(browser.header());
                session.update(VISITS, n -> Objects.requireNonNull(n) + 1);
                return engine.commit(session);
            });
            browser.receive(cookies.get(0));
        }

        assertThat(found(engine.lookup(browser.header())).get(VISITS)).isEqualTo(4L * rounds);
    }

    @Test
    void put_tooLarge_refusedWithNothingChanged() {
        SessionEngine small =
                engine(settings -> settings.maxAttributeSize(1_000).maxSessionSize(3_000));
        Session session = small.open((String) null);
        session.put(COAT, "red");

        assertThatThrownBy(() -> session.put(COAT, "x".repeat(1_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("coat")
                .hasMessageContaining("1000");
        assertThat(session.get(COAT)).isEqualTo("red");

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 4; i++) {
                        session.put(Attribute.ofString("a" + i), "x".repeat(999));
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3000");
        browser.receive(small.commit(session));
        assertThat(found(small.lookup(browser.header())).attributeNames()).hasSize(3);
    }

    @Test
    void commit_othersFilledTheSessionMeanwhile_refusedWithNothingChanged() {
        SessionEngine small =
                engine(settings -> settings.maxAttributeSize(1_000).maxSessionSize(1_500));
        browser.request(small, session -> session.put(COAT, "red"));
        Session one = small.open(browser.header());
        one.put(HAT, "x".repeat(900));
        browser.request(small, session -> session.put(Attribute.ofString("scarf"), "x".repeat(900)));

        assertThatThrownBy(() -> small.commit(one)).isInstanceOf(IllegalArgumentException.class);

        assertThat(found(small.lookup(browser.header())).attributeNames()).containsExactlyInAnyOrder("coat", "scarf");
    }

    @Test
    void put_manyAttributes_allKept() {
        List<Attribute<Long>> attributes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            attributes.add(Attribute.ofLong("attribute " + i));
        }
        browser.request(engine, session -> {
            for (int i = 0; i < 1_000; i++) {
                session.put(attributes.get(i), (long) i);
            }
        });

        Session session = found(engine.lookup(browser.header()));
        for (int i = 0; i < 1_000; i++) {
            assertThat(session.get(attributes.get(i))).isEqualTo(i);
        }
    }

    @Test
    void commit_asynchronously_theSameAsOtherwise() {
        Session session = engine.openAsync((String) null).toCompletableFuture().join();
        session.put(COAT, "red");
        browser.receive(engine.commitAsync(session).toCompletableFuture().join());

        Session again =
                found(engine.lookupAsync(browser.header()).toCompletableFuture().join());
        assertThat(again.get(COAT)).isEqualTo("red");
        again.update(VISITS, n -> 1L);
        clock.advance(RENEWAL);
        browser.receive(engine.commitAsync(again).toCompletableFuture().join());

        assertThat(found(engine.lookup(browser.header())).get(VISITS)).isEqualTo(1);
    }
}
