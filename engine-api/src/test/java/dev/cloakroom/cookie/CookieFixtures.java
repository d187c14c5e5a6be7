package dev.cloakroom.cookie;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** What the tests of signed and of sealed cookies share. */
final class CookieFixtures {

    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final int KEY_ID = 0x3f2a9c01;
    static final String BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private CookieFixtures() {}

    /** Returns an active key whose id and secret are always the same. */
    static SigningKey key(KeyAlgorithm algorithm) {
        return key(KEY_ID, algorithm, 0);
    }

    /** Returns an active key whose secret counts up from a byte. */
    static SigningKey key(int id, KeyAlgorithm algorithm, int firstByte) {
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (firstByte + i);
        }
        return SigningKey.of(id, algorithm, SecretBytes.copyOf(secret), new KeyState.Active());
    }

    static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns texts of all Unicode characters, beyond the basic plane too. */
    static Arbitrary<String> texts() {
        Arbitrary<String> anything = Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .map(Character::toString)
                .list()
                .ofMaxSize(40)
                .map(characters -> String.join("", characters));
        return Arbitraries.oneOf(anything, Arbitraries.strings().ascii().ofMaxLength(300));
    }

    static Arbitrary<String> names() {
        return Arbitraries.strings()
                .withChars(BASE64_URL)
                .withChars("!#$%&'*+.^`|~")
                .ofMinLength(1)
                .ofMaxLength(60);
    }

    /** A clock that stands still until it is moved. */
    static final class Clock implements InstantSource {

        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration span) {
            now = now.plus(span);
        }
    }

    /** Bytes that count up from 0, in place of random ones. */
    static final class CountingRandom extends SecureRandom {

        private static final long serialVersionUID = 1;

        private byte next;

        @Override
        public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = next++;
            }
        }
    }
}
