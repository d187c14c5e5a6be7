package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.internal.id.Workspace;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Version 1 of what the engine writes to browsers and stores, byte by byte. These constants never change: what once was
 * written must stay readable. A new version gets new constants beside them.
 */
class FormatsTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final SessionKey KEY = new SessionKey(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final byte[] ID = new byte[32];

    static {
        for (int i = 0; i < ID.length; i++) {
            ID[i] = (byte) (0x20 + i);
        }
    }

    private static KeyRing ring(KeyAlgorithm algorithm) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 7);
        return KeyRing.of(SigningKey.of(0x3f2a9c01, algorithm, SecretBytes.copyOf(secret), new KeyState.Active()));
    }

    /** Random bits that are known: each byte is one. */
    private static final class Ones extends SecureRandom {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA_256, AT8qnAEBAgMEBQYHCAkKCwwNDg8QICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9NqlBLydDcQJ5eUVeTxunl, 296fa9fcdc339492908fb26564beabb0",
        "AES_256_CMAC, AT8qnAEBAgMEBQYHCAkKCwwNDg8QICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8Jcz7FO2Yg74Ctuj8JCBEI, dfe1b812248f6cb954308fd0df528b1b",
        "BLAKE3, AT8qnAEBAgMEBQYHCAkKCwwNDg8QICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj-hvdxopp6Fq-LaM2FfGs1s, 7f3d5fc6cc244ea701a720583e0175a6",
        "ED25519, AT8qnAEBAgMEBQYHCAkKCwwNDg8QICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj-AaJZzaPy-Aw0JGsNjs8CFDMonISAaGnBqQ_8iS-OUwvUagDipuydaWxkk8EWZhJQOgt72k3uHgMwnyVjlxQUN, dfe1b812248f6cb954308fd0df528b1b"
    })
    void sessionCookie_known_golden(KeyAlgorithm algorithm, String golden, String goldenHash) {
        SessionCookies cookies = new SessionCookies(CookiePolicy.strict(), ring(algorithm));

        String header = cookies.issue(KEY, ID, NOW).cookie().toHeader();

        assertThat(header).startsWith(CookiePolicy.STRICT_NAME + "=" + golden + ";");
        Workspace workspace = cookies.borrow();
        int from = CookiePolicy.STRICT_NAME.length() + 1;
        assertThat(cookies.verify(workspace, header, from, header.indexOf(';'), NOW))
                .isNull();
        assertThat(new SessionKey(workspace.keyHigh(), workspace.keyLow())).isEqualTo(KEY);
        IdHash hash = new IdHash(workspace.hashHigh(), workspace.hashLow());
        assertThat(String.format("%016x%016x", hash.high(), hash.low())).isEqualTo(goldenHash);
        assertThat(cookies.issue(KEY, ID, NOW).hash()).isEqualTo(hash);
        assertThat(cookies.idIn(header, from)).isEqualTo(ID);
    }

    private static IdHash hash(byte[] id) {
        return new SessionCookies(CookiePolicy.strict(), ring(KeyAlgorithm.HMAC_SHA_256))
                .issue(KEY, id, NOW)
                .hash();
    }

    static final Lifetimes LIFETIMES = new Lifetimes(
            new EngineSettings(
                    new EngineSettings.Timeouts(1_800_000, 43_200_000),
                    new EngineSettings.Timeouts(604_800_000, 2_592_000_000L),
                    900_000,
                    30_000,
                    1_000,
                    30_000,
                    false,
                    65_536,
                    262_144,
                    100,
                    SessionLimit.END_LEAST_RECENTLY_USED),
            new EngineClock(() -> Instant.ofEpochMilli(NOW)));

    private static SessionState state(SessionIds ids) {
        byte[] nonce = ids.newNonce();
        byte[] next = ids.renewed(KEY, ID, nonce, NOW);
        return new SessionState(
                KEY,
                5,
                new SessionState.Times(NOW - 1_000, NOW - 500, NOW),
                new SessionState.Lifetime(Persistence.PERSISTENT, 60_000),
                new PrincipalKeys(ring(KeyAlgorithm.HMAC_SHA_256)).current("ada", NOW),
                IdState.first(hash(ID), NOW - 1_000)
                        .renewed(hash(ID), hash(next), nonce, NOW)
                        .presented(NOW + 1),
                AttributeTable.EMPTY.with(Attribute.ofString("coat"), "red"));
    }

    @ParameterizedTest
    @CsvSource({
        "false, 010600b2f19859f283fff3d17ef988d93d45000001a3185c5000000001a3185c4e0c000000000000ea6000000000296fa9fcdc339492908fb26564beabb001010101010101010101010101010101000001a3185c50010001002ead9f0000000a04636f61740000000401726564",
        "true, 010700b2f19859f283fff3d17ef988d93d45000001a3185c5000000001a3185c4e0c000000000000ea6000000000296fa9fcdc339492908fb26564beabb001010101010101010101010101010101000001a3185c50013f2a9c01010101010101010101010101010101010101010101010101e78db152806369a2f9bf4de9b381c62055aa2e373743f8d37c9a4f8f5a149d0ff2c510bf833093"
    })
    void record_known_golden(boolean sealing, String golden) {
        KeyRing ring = ring(KeyAlgorithm.HMAC_SHA_256);
        SessionCodec codec = new SessionCodec(ring, LIFETIMES, sealing, new Ones());
        SessionState state = state(new SessionIds(ring, new Ones()));

        SessionRecord record = codec.encode(state, NOW);

        assertThat(HexFormat.of().formatHex(record.data())).isEqualTo(golden);
        AttributeTable attributes = Objects.requireNonNull(codec.attributes(record, NOW));
        assertThat(attributes.get(Attribute.ofString("coat"))).isEqualTo("red");
        assertThat(SessionCodec.decode(record, attributes).ids().current())
                .isEqualTo(state.ids().current());
        SessionCodec unsealed = new SessionCodec(ring, LIFETIMES, false, new Ones());
        assertThat(unsealed.encode(SessionCodec.decode(record, attributes), NOW))
                .isEqualTo(unsealed.encode(state, NOW));
    }

    @Test
    void principalKey_known_golden() {
        var key = Objects.requireNonNull(state(new SessionIds(ring(KeyAlgorithm.HMAC_SHA_256), new Ones()))
                .principalKey());

        assertThat(String.format("%016x%016x", key.high(), key.low())).isEqualTo("54a96748e3af8a9eee8a542f33310b99");
    }

    @Test
    void renewedId_known_golden() {
        SessionIds ids = new SessionIds(ring(KeyAlgorithm.HMAC_SHA_256), new Ones());

        assertThat(HexFormat.of().formatHex(ids.renewed(KEY, ID, ids.newNonce(), NOW)))
                .isEqualTo("a709108c2232d93e377f53d6618296da37a781ee8053303b85402b57d4658e63");
    }
}
