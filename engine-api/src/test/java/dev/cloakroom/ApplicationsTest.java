package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.cookie.CookieSealer;
import dev.cloakroom.cookie.CookieSigner;
import dev.cloakroom.cookie.Rejection;
import dev.cloakroom.cookie.Verified;
import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two applications that share a key ring, and even a store, accept nothing from each other. */
class ApplicationsTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final long NOW = 1_800_000_000_000L;

    private static KeyRing shared(KeyAlgorithm algorithm) {
        return KeyRing.of(SigningKey.generate(algorithm));
    }

    /** Names of two applications, also such as would be confused if name and purpose were only joined. */
    static Stream<Arguments> names() {
        return Stream.of(
                Arguments.of("shop", "mail"),
                Arguments.of("", "shop"),
                Arguments.of("shop", "shop2"),
                Arguments.of("a", "a\0"),
                Arguments.of("s", "session-cookie"));
    }

    private static KeyRing view(KeyRing ring, String application) {
        return application.isEmpty() ? ring : ring.forApplication(application);
    }

    private static String cookie(SessionEngine engine, Session session) {
        String setCookie = engine.commit(session).get(0);
        return setCookie.substring(0, setCookie.indexOf(';'));
    }

    @ParameterizedTest
    @EnumSource
    void sessionCookie_ofAnotherApplication_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = shared(algorithm);
        try (SessionStore store = HeapSessionStore.create();
                SessionEngine shop = engine(ring.forApplication("shop"), store);
                SessionEngine mail = engine(ring.forApplication("mail"), store);
                SessionEngine unnamed = engine(ring, store)) {
            Session session = shop.open((String) null);
            session.put(COAT, "red");
            String cookie = cookie(shop, session);

            assertThat(mail.lookup(cookie)).isEqualTo(new Lookup.Rejected(Rejection.FORGED));
            assertThat(unnamed.lookup(cookie)).isEqualTo(new Lookup.Rejected(Rejection.FORGED));
            assertThat(shop.lookup(cookie)).isInstanceOf(Lookup.Found.class);
        }
    }

    private static SessionEngine engine(KeyRing ring, SessionStore store) {
        return SessionEngine.builder().keys(ring).store(store).withoutSweeping().build();
    }

    @ParameterizedTest
    @EnumSource
    void signedValue_ofAnotherApplication_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = shared(algorithm);
        String signed = CookieSigner.create(ring.forApplication("shop")).sign("theme", "dark");

        assertThat(CookieSigner.create(ring.forApplication("mail")).verify("theme", signed))
                .isEqualTo(new Verified.Invalid(Rejection.FORGED));
        assertThat(CookieSigner.create(ring).verify("theme", signed)).isEqualTo(new Verified.Invalid(Rejection.FORGED));
        assertThat(CookieSigner.create(ring.forApplication("shop")).verify("theme", signed))
                .isInstanceOf(Verified.Valid.class);
    }

    @Test
    void ring_withoutNames_isOneApplication() {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        KeyRing sameKeys = KeyRing.of(ring.current());
        String signed = CookieSigner.create(ring).sign("theme", "dark");

        assertThat(CookieSigner.create(sameKeys).verify("theme", signed)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void signedValue_verifiedWithThePublicKey_boundToTheApplicationToo() {
        KeyRing ring = shared(KeyAlgorithm.ED25519);
        KeyRing publicKeys = KeyRing.of(ring.current().toPublic());
        String signed = CookieSigner.create(ring.forApplication("shop")).sign("theme", "dark");

        assertThat(CookieSigner.create(publicKeys.forApplication("shop")).verify("theme", signed))
                .isInstanceOf(Verified.Valid.class);
        assertThat(CookieSigner.create(publicKeys.forApplication("mail")).verify("theme", signed))
                .isEqualTo(new Verified.Invalid(Rejection.FORGED));
    }

    @ParameterizedTest
    @MethodSource("names")
    void sealedValue_ofAnotherApplication_isForged(String one, String other) {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        String sealed = CookieSealer.create(view(ring, one)).seal("theme", "dark");

        assertThat(CookieSealer.create(view(ring, other)).open("theme", sealed))
                .isEqualTo(new Verified.Invalid(Rejection.FORGED));
        assertThat(CookieSealer.create(view(ring, one)).open("theme", sealed)).isInstanceOf(Verified.Valid.class);
    }

    private static SessionCodec codec(KeyRing ring) {
        return new SessionCodec(ring, FormatsTest.LIFETIMES, true, new SecureRandom());
    }

    @ParameterizedTest
    @MethodSource("names")
    void sealedRecord_ofAnotherApplication_opensForNobodyElse(String one, String other) {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        SessionCodec codec = codec(view(ring, one));
        SessionRecord record = codec.encode(
                new SessionState(
                        new SessionKey(1, 2),
                        1,
                        new SessionState.Times(NOW, NOW, NOW),
                        SessionState.Lifetime.OF_THE_ENGINE,
                        null,
                        IdState.first(new IdHash(3, 4), NOW),
                        AttributeTable.EMPTY.with(COAT, "red")),
                NOW);

        assertThat(codec(view(ring, other)).attributes(record, NOW)).isNull();
        assertThat(codec(view(ring, one)).attributes(record, NOW)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("names")
    void csrfToken_ofAnotherApplication_refused(String one, String other) {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        try (SessionStore store = HeapSessionStore.create();
                SessionEngine engine = engine(view(ring, one), store)) {
            Session session = engine.open((String) null);
            session.login("ada");
            String token = new CsrfTokens(view(ring, one), new SecureRandom()).make(session, NOW);

            assertThat(new CsrfTokens(view(ring, other), new SecureRandom()).check(session, token, NOW))
                    .isFalse();
            assertThat(new CsrfTokens(view(ring, one), new SecureRandom()).check(session, token, NOW))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void principalIndexAndRenewal_ofAnotherApplication_differ(String one, String other) {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        SessionKey key = new SessionKey(1, 2);
        byte[] id = new byte[SessionIds.LENGTH];
        byte[] nonce = new byte[SessionIds.NONCE_LENGTH];

        assertThat(new PrincipalKeys(view(ring, one)).current("ada", NOW))
                .isNotEqualTo(new PrincipalKeys(view(ring, other)).current("ada", NOW));
        assertThat(new SessionIds(view(ring, one), new SecureRandom()).renewed(key, id, nonce, NOW))
                .isNotEqualTo(new SessionIds(view(ring, other), new SecureRandom()).renewed(key, id, nonce, NOW));
    }

    @Test
    void view_ofARingFromAFile_followsTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("keys");
        KeySet keys = KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256)));
        KeyRingFile.write(file, keys);
        KeyRing shop = KeyRing.fromFile(file).forApplication("shop");
        CookieSigner signer = CookieSigner.create(shop, InstantSource.fixed(Instant.ofEpochMilli(NOW)));
        String signed = signer.sign("theme", "dark");

        KeyRingFile.write(file, KeyRotation.revoke(keys, keys.signer().id()));
        CookieSigner later = CookieSigner.create(shop, InstantSource.fixed(Instant.ofEpochMilli(NOW + 1_000)));

        assertThat(later.verify("theme", signed)).isEqualTo(new Verified.Invalid(Rejection.REVOKED_KEY));
        assertThat(shop.problem()).contains("no active key");
    }

    @Test
    void sessionsOf_anotherApplicationWithTheSameStore_notListed() {
        KeyRing ring = shared(KeyAlgorithm.HMAC_SHA_256);
        try (SessionStore store = HeapSessionStore.create();
                SessionEngine shop = engine(ring.forApplication("shop"), store);
                SessionEngine mail = engine(ring.forApplication("mail"), store)) {
            Session session = shop.open((String) null);
            session.login("ada");
            shop.commit(session);

            assertThat(mail.sessionsOf("ada")).isEqualTo(List.of());
            mail.logoutEverywhere("ada");
            assertThat(shop.sessionsOf("ada")).hasSize(1);
        }
    }
}
