package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.EndReason;
import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionInfo;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Checks what a store, a log and a message may contain, and what a store with false answers can achieve. */
abstract class SecrecyChecks extends EngineFixture {

    private static final String PRINCIPAL = "ada.lovelace@example.org";
    private static final String SECRET = "eyJhbGciOiJIUzI1NiJ9.secret.token";

    SecrecyChecks(SessionEngineContract contract) {
        super(contract);
    }

    private SessionEngine sealing() {
        return engine(settings -> settings.sealing(true));
    }

    private static Browser ada(SessionEngine engine) {
        Browser browser = new Browser();
        browser.request(engine, session -> {
            session.put(COAT, SECRET);
            session.login(PRINCIPAL);
            session.describe(Map.of("userAgent", "laptop"));
        });
        return browser;
    }

    private SessionRecord recordOf(SessionEngine engine, Browser browser) {
        SessionRecord newest = null;
        SessionKey key = keyOf(browser);
        for (SessionRecord record : store().written) {
            newest = record.key().equals(key) ? record : newest;
        }
        assertThat(isFound(engine, browser)).isTrue();
        return Objects.requireNonNull(
                store().load(Objects.requireNonNull(newest).key()));
    }

    private static SessionKey keyOf(Browser browser) {
        java.nio.ByteBuffer cookie =
                java.nio.ByteBuffer.wrap(Base64.getUrlDecoder().decode(browser.value()));
        return new SessionKey(cookie.getLong(5), cookie.getLong(13));
    }

    /** Returns the 256 secret bits that a browser's cookie carries. */
    private static byte[] secretId(Browser browser) {
        return Arrays.copyOfRange(Base64.getUrlDecoder().decode(browser.value()), 21, 53);
    }

    private static boolean contains(byte[] data, byte[] part) {
        return IntStream.rangeClosed(0, data.length - part.length)
                .anyMatch(at -> Arrays.equals(data, at, at + part.length, part, 0, part.length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void store_neverSeesAnId() {
        SessionEngine engine = engine();
        List<byte[]> ids = new ArrayList<>();
        Browser browser = visitor(engine);
        ids.add(secretId(browser));
        browser.login(engine, PRINCIPAL);
        ids.add(secretId(browser));
        clock.advance(RENEWAL);
        browser.request(engine);
        ids.add(secretId(browser));

        assertThat(store().written).hasSize(3);
        for (SessionRecord record : store().written) {
            for (byte[] id : ids) {
                for (int from = 0; from <= 24; from += 8) {
                    assertThat(contains(record.data(), Arrays.copyOfRange(id, from, from + 8)))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void ids_manySessions_allDifferent() {
        SessionEngine engine = engine();
        List<String> ids = IntStream.range(0, 1_000)
                .mapToObj(i -> Arrays.toString(secretId(visitor(engine))))
                .toList();

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void store_sealed_seesNeitherDataNorPrincipal() {
        SessionEngine engine = sealing();
        Browser browser = ada(engine);

        assertThat(store().written).isNotEmpty().allSatisfy(record -> {
            assertThat(contains(record.data(), bytes("secret"))).isFalse();
            assertThat(contains(record.data(), bytes("lovelace"))).isFalse();
            assertThat(contains(record.data(), bytes("laptop"))).isFalse();
        });
        Session session = found(engine.lookup(browser.header()));
        assertThat(session.get(COAT)).isEqualTo(SECRET);
        assertThat(session.principal()).isEqualTo(PRINCIPAL);
    }

    @Test
    void store_notSealed_indexesAHashOfThePrincipal() {
        SessionEngine engine = engine(settings -> settings.sealing(false));
        Browser browser = ada(engine);
        SessionRecord record = recordOf(engine, browser);

        assertThat(contains(record.data(), bytes("secret"))).as("unsealed").isTrue();
        PrincipalKey principal = Objects.requireNonNull(record.principal());
        assertThat(store().byPrincipal(principal)).hasSize(1);
        assertThat(principal.hashCode()).isNotEqualTo(PRINCIPAL.hashCode());
    }

    @Test
    void sealing_unlessSet_followsTheStore() {
        SessionEngine engine = engine();
        Browser browser = ada(engine);

        assertThat(contains(recordOf(engine, browser).data(), bytes("secret"))).isEqualTo(!store().leavesMemory());
    }

    @Test
    void lookup_sealedDataAlteredAnywhere_ended() {
        SessionEngine engine = sealing();
        Browser browser = ada(engine);
        SessionRecord genuine = recordOf(engine, browser);
        SessionRecord current = genuine;
        for (int at = 0; at < genuine.data().length; at++) {
            byte[] data = genuine.data().clone();
            data[at] ^= 1;
            SessionRecord altered = with(genuine, current.version() + 1, data);
            assertThat(store().replace(altered)).isTrue();
            assertThat(engine.lookup(browser.header())).as("byte " + at).isInstanceOf(Lookup.Ended.class);
            current = altered;
        }
    }

    private static SessionRecord with(SessionRecord record, long version, byte[] data) {
        return new SessionRecord(
                record.key(),
                version,
                record.createdAt(),
                record.lastAccess(),
                record.idleTimeout(),
                record.absoluteDeadline(),
                record.principal(),
                data);
    }

    @Test
    void lookup_sealedRecordsFieldsAltered_unreadable() {
        SessionEngine engine = sealing();
        PrincipalKey bob = new PrincipalKey(1, 2);
        for (int field = 0; field < 5; field++) {
            Browser browser = ada(engine);
            SessionRecord genuine = recordOf(engine, browser);
            long day = Duration.ofDays(1).toMillis();
            SessionRecord altered = new SessionRecord(
                    genuine.key(),
                    genuine.version() + 1,
                    genuine.createdAt() - (field == 0 ? 1 : 0),
                    genuine.lastAccess(),
                    genuine.idleTimeout() + (field == 1 ? day : 0),
                    genuine.absoluteDeadline() + (field == 2 ? day : 0),
                    field == 3 ? bob : genuine.principal(),
                    genuine.data());
            store().replace(altered);

            assertThat(engine.lookup(browser.header()))
                    .as("field " + field)
                    .isEqualTo(new Lookup.Ended(EndReason.UNREADABLE));
        }
    }

    @Test
    void lookup_sealedDataOfAnotherSession_ended() {
        SessionEngine engine = sealing();
        Browser ada = ada(engine);
        Browser mallory = ada(engine);
        SessionRecord adas = recordOf(engine, ada);
        SessionRecord mallorys = recordOf(engine, mallory);

        store().replace(with(mallorys, mallorys.version() + 1, adas.data()));

        assertThat(engine.lookup(mallory.header())).isInstanceOf(Lookup.Ended.class);
        assertThat(engine.lookup(ada.header())).isInstanceOf(Lookup.Found.class);
    }

    @Test
    void lookup_storedUnsealedWhileSealingIsOn_notAccepted() {
        Browser browser = ada(engine(settings -> settings.sealing(false)));

        assertThat(sealing().lookup(browser.header())).isEqualTo(new Lookup.Ended(EndReason.UNREADABLE));
    }

    @Test
    void lookup_storedSealedWhileSealingIsOff_readable() {
        Browser browser = ada(sealing());
        SessionEngine engine = engine(settings -> settings.sealing(false));

        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo(SECRET);
    }

    @Test
    void lookup_storedDataIsGarbage_endedAndNeverAnException() {
        SessionEngine engine = engine();
        Browser browser = ada(engine);
        SessionRecord current = recordOf(engine, browser);
        byte[] genuine = current.data();
        for (int length = 0; length < genuine.length; length++) {
            SessionRecord cut = with(current, current.version() + 1, Arrays.copyOf(genuine, length));
            assertThat(store().replace(cut)).isTrue();
            Lookup lookup = engine.lookup(browser.header());
            assertThat(lookup).isInstanceOfAny(Lookup.Ended.class, Lookup.Found.class);
            current = cut;
        }
    }

    @Test
    void messages_sessionsAndEvents_tellNoSecrets() {
        List<SessionEvent> events = new ArrayList<>();
        SessionEngine engine = engine(settings -> settings.listener(events::add));
        Browser browser = ada(engine);
        Session session = found(engine.lookup(browser.header()));
        List<SessionInfo> infos = engine.sessionsOf(PRINCIPAL);
        List<Object> told = new ArrayList<>(List.of(session, recordOf(engine, browser), infos, events, keys));

        assertThat(told)
                .allSatisfy(each -> assertThat(each.toString())
                        .doesNotContain(SECRET)
                        .doesNotContain(browser.value().substring(28, 60)));
        assertThat(session.toString()).matches("Session\\[SessionKey\\[[0-9a-f]{8}…]]");
    }

    @Test
    void sessionInfo_printed_withoutHandleAndMetadata() {
        SessionEngine engine = engine();
        new Browser().request(engine, session -> {
            session.login("ada");
            session.describe(Map.of("userAgent", "secret device"));
        });

        SessionInfo info = engine.sessionsOf("ada").get(0);

        assertThat(info.toString())
                .startsWith("SessionInfo[SessionKey[")
                .doesNotContain("secret device")
                .doesNotContain(info.handle().toString());
    }
}
