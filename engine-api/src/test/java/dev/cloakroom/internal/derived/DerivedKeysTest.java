package dev.cloakroom.internal.derived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DerivedKeysTest {

    @Test
    void derivedKeys_sameRing_derivesOnce() {
        AtomicInteger derived = new AtomicInteger();
        KeyRing ring = KeyRing.random();
        DerivedKeys<Integer> keys = subkeys(ring, derived);
        int id = ring.current().signer().id();

        assertThat(Objects.requireNonNull(keys.find(id, 0)).value()).isEqualTo(1);
        assertThat(keys.signer(0).value()).isEqualTo(1);
        assertThat(keys.all(0)).hasSize(1);
        assertThat(keys.find(~id, 0)).isNull();
        assertThat(derived).hasValue(1);
    }

    @Test
    void derivedKeys_ringChanges_derivesTheNewAlone() {
        AtomicInteger derived = new AtomicInteger();
        KeyRing ring = KeyRing.random();
        DerivedKeys<Integer> keys = subkeys(ring, derived);
        int old = keys.signer(0).key().id();

        ring.replace(KeyRotation.rotate(
                ring.current(), SigningKey.generate(KeyAlgorithm.BLAKE3), Instant.ofEpochMilli(1_000)));

        assertThat(keys.signer(0).value()).isEqualTo(2);
        assertThat(Objects.requireNonNull(keys.find(old, 0)).value()).isEqualTo(1);
        assertThat(Objects.requireNonNull(keys.find(old, 0)).key().state()).isInstanceOf(KeyState.Retired.class);
        assertThat(keys.all(0)).hasSize(2);
        assertThat(derived).hasValue(2);
    }

    @Test
    void derivedKeys_noSecretOrNoKey_notThere() {
        KeyRing ring = KeyRing.of(
                SigningKey.generate(KeyAlgorithm.ED25519).toPublic(), SigningKey.revoked(7, KeyAlgorithm.HMAC_SHA_256));
        int id = ring.current().keys().get(0).id();
        DerivedKeys<Integer> secrets = DerivedKeys.subkeys(ring, "test", 32, subkey -> 1);
        assertThat(secrets.find(id, 0)).isNull();
        assertThat(secrets.find(7, 0)).isNull();
        assertThatThrownBy(() -> secrets.signer(0)).isInstanceOf(IllegalStateException.class);
        DerivedKeys<Integer> verifiers = DerivedKeys.verifiers(ring, "test", taggers -> 1);
        assertThat(verifiers.find(id, 0)).isNotNull();
        assertThat(verifiers.find(7, 0)).isNull();

        ring.replace(KeySet.EMPTY);
        assertThat(verifiers.find(id, 0)).isNull();
        assertThatThrownBy(() -> verifiers.signer(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void subkeys_known_golden() {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 0xA7);
        KeyRing ring = KeyRing.of(SigningKey.of(
                0x3f2a9c01, KeyAlgorithm.HMAC_SHA_256, SecretBytes.copyOf(secret), new KeyState.Active()));

        assertThat(HexFormat.of().formatHex(subkey(ring, "csrf", 32)))
                .isEqualTo("1f8e487177efc137d5149adf3a22dbd01c27e49ab3fd7a0343315758e8e5bb1e");
    }

    @Test
    void subkeys_otherPurposeOrKey_another() {
        KeyRing ring = KeyRing.random();

        assertThat(subkey(ring, "a", 32))
                .isEqualTo(subkey(ring, "a", 32))
                .isNotEqualTo(subkey(ring, "b", 32))
                .isNotEqualTo(subkey(KeyRing.random(), "a", 32));
        assertThat(subkey(ring, "a", 16)).hasSize(16);
    }

    private static byte[] subkey(KeyRing ring, String purpose, int length) {
        return DerivedKeys.subkeys(ring, purpose, length, subkey -> subkey)
                .signer(0)
                .value();
    }

    private static DerivedKeys<Integer> subkeys(KeyRing ring, AtomicInteger derived) {
        return DerivedKeys.subkeys(ring, "test", 32, subkey -> derived.incrementAndGet());
    }
}
