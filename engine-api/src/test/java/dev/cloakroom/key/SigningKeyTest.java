package dev.cloakroom.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.internal.crypto.KeyAccess;
import dev.cloakroom.internal.crypto.Taggers;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {

    private static final Instant DATE = Instant.parse("2026-12-24T18:00:00Z");
    private static final byte[] SECRET = new byte[32];
    private static final KeyAccess<SigningKey> ACCESS = KeyAccess.of(SigningKey.class);

    static {
        Arrays.fill(SECRET, (byte) 0xA7);
    }

    private static SigningKey key(KeyAlgorithm algorithm, KeyState state) {
        return SigningKey.of(0x3f2a9c01, algorithm, SecretBytes.copyOf(SECRET), state);
    }

    // Secrets

    @Test
    void secretBytes_copiedInAndOut() {
        byte[] mine = {1, 2, 3};
        SecretBytes secret = SecretBytes.copyOf(mine);
        mine[0] = 9;
        secret.toByteArray()[1] = 9;

        assertThat(secret.toByteArray()).containsExactly(1, 2, 3);
        assertThat(secret.length()).isEqualTo(3);
    }

    @Test
    void secretBytes_equality_byContent() {
        SecretBytes secret = SecretBytes.copyOf(new byte[] {1, 2, 3});

        assertThat(secret)
                .isEqualTo(SecretBytes.copyOf(new byte[] {1, 2, 3}))
                .isNotEqualTo(SecretBytes.copyOf(new byte[] {1, 2, 4}))
                .isNotEqualTo(SecretBytes.copyOf(new byte[] {1, 2}))
                .isNotEqualTo(new byte[] {1, 2, 3})
                .hasSameHashCodeAs(SecretBytes.copyOf(new byte[] {1, 2, 3}));
        assertThat(SecretBytes.random(32, new SecureRandom())).isNotEqualTo(SecretBytes.random(32, new SecureRandom()));
    }

    @ParameterizedTest
    @EnumSource
    void toString_anyKey_tellsNoSecret(KeyAlgorithm algorithm) {
        SigningKey key = key(algorithm, new KeyState.Active());
        KeySet set = KeySet.of(List.of(key));
        for (Object each : List.of(SecretBytes.copyOf(SECRET), key, set, KeyRing.of(set))) {
            assertThat(each.toString())
                    .doesNotContainIgnoringCase("a7a7")
                    .doesNotContain(
                            Base64.getUrlEncoder().encodeToString(SECRET).substring(0, 8));
        }
        assertThat(key.toString()).contains("3f2a9c01").contains(algorithm.id());
    }

    // Keys

    @Test
    void of_secretUnder256Bits_refused() {
        assertThatThrownBy(() ->
                        SigningKey.of(1, KeyAlgorithm.BLAKE3, SecretBytes.copyOf(new byte[31]), new KeyState.Active()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31");
    }

    @Test
    void of_idZero_refused() {
        assertThatThrownBy(
                        () -> SigningKey.of(0, KeyAlgorithm.BLAKE3, SecretBytes.copyOf(SECRET), new KeyState.Active()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SigningKey.revoked(0, KeyAlgorithm.BLAKE3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void generate_twice_differ() {
        SigningKey one = SigningKey.generate(KeyAlgorithm.AES_256_CMAC);
        SigningKey other = SigningKey.generate(KeyAlgorithm.AES_256_CMAC);

        assertThat(one.id()).isNotEqualTo(other.id()).isNotZero();
        assertThat(one.secret().length()).isEqualTo(32);
        assertThat(one.secret()).isNotEqualTo(other.secret());
        assertThat(one.canSign()).isTrue();
        assertThat(one.algorithm()).isEqualTo(KeyAlgorithm.AES_256_CMAC);
    }

    @Test
    void canVerify_byState_untilItsDate() {
        long date = DATE.toEpochMilli();
        SigningKey active = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());
        SigningKey retired = active.withState(new KeyState.Retired(DATE));
        SigningKey published = active.withState(new KeyState.VerifyOnly());

        assertThat(active.canVerify(Long.MAX_VALUE - 1)).isTrue();
        assertThat(published.canVerify(date)).isTrue();
        assertThat(published.canSign()).isFalse();
        assertThat(retired.canVerify(date - 1)).isTrue();
        assertThat(retired.canVerify(date)).isFalse();
        assertThat(retired.canSign()).isFalse();
        assertThat(active.withState(new KeyState.Revoked()).canVerify(0)).isFalse();
        assertThat(active.withState(new KeyState.Retired(Instant.MAX)).canVerify(date))
                .isTrue();
        assertThat(active.withState(new KeyState.Retired(Instant.MIN)).canVerify(date))
                .isFalse();
    }

    @Test
    void withState_revoked_dropsTheSecretForGood() {
        SigningKey revoked =
                key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active()).withState(new KeyState.Revoked());

        assertThat(revoked.hasSecret()).isFalse();
        assertThat(revoked).isEqualTo(SigningKey.revoked(0x3f2a9c01, KeyAlgorithm.HMAC_SHA_256));
        assertThat(revoked.withState(new KeyState.Revoked())).isEqualTo(revoked);
        assertThat(revoked.toPublic()).isEqualTo(revoked);
        assertThatThrownBy(() -> ACCESS.subkey(revoked, "", "a", 32)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> revoked.withState(new KeyState.VerifyOnly()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Revoked())).isEqualTo(revoked);
    }

    @Test
    void toPublic_ed25519_verifiesAndNeverSigns() {
        SigningKey key = key(KeyAlgorithm.ED25519, new KeyState.Active());
        SigningKey published = key.toPublic();

        assertThat(published.publicKey()).isEqualTo(key.publicKey()).hasSize(32);
        assertThat(published.hasSecret()).isFalse();
        assertThat(published.state()).isEqualTo(new KeyState.VerifyOnly());
        assertThat(key.withState(new KeyState.Retired(DATE)).toPublic().state()).isEqualTo(new KeyState.Retired(DATE));
        assertThat(published.withState(new KeyState.Retired(DATE)).publicKey()).isEqualTo(key.publicKey());
        assertThat(published.withState(new KeyState.Revoked()).hasSecret()).isFalse();
        assertThatThrownBy(() -> published.withState(new KeyState.Active()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ACCESS.ed25519Seed(published)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> SigningKey.publicOnly(1, new byte[31], new KeyState.VerifyOnly()))
                .isInstanceOf(IllegalArgumentException.class);
        key.publicKey()[0] ^= 1;
        assertThat(published.publicKey()).isEqualTo(key.publicKey());
    }

    /** All encodings of the points whose order divides 8, canonical and not, and others that are no public key. */
    private static final List<String> NO_PUBLIC_KEYS = List.of(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            // Not on the curve.
            "0200000000000000000000000000000000000000000000000000000000000000",
            // Above the prime.
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");

    @Test
    void publicOnly_smallOrderOrNotCanonical_refused() {
        for (String hex : NO_PUBLIC_KEYS) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertThatThrownBy(() -> SigningKey.publicOnly(1, bytes, new KeyState.VerifyOnly()))
                    .as(hex)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a valid Ed25519 public key");
            String line = "cloakroom-keys 1\nkey 5d00f1b7 ed25519 verify-only public="
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertThatThrownBy(() -> KeyFileText.parse(line))
                    .hasMessageContaining("line 2 cannot be used: its public key");
        }
    }

    @Test
    void verify_anySignature_falseAndNeverThrows() {
        SigningKey key = SigningKey.generate(KeyAlgorithm.ED25519).toPublic();
        for (String hex : NO_PUBLIC_KEYS) {
            for (String s : NO_PUBLIC_KEYS) {
                byte[] signature = HexFormat.of().parseHex(hex + s);
                assertThat(Taggers.ed25519(null, key.publicKey(), new byte[0])
                                .get()
                                .verify(SECRET, 0, SECRET.length, signature, 0))
                        .isFalse();
            }
        }
    }

    @Test
    void of_allZeros_refused() {
        assertThatThrownBy(() ->
                        SigningKey.of(1, KeyAlgorithm.BLAKE3, SecretBytes.copyOf(new byte[40]), new KeyState.Active()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all zeros");
    }

    @Test
    void publicKey_otherAlgorithm_callersError() {
        SigningKey key = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());

        assertThatThrownBy(key::publicKey).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(key::toPublic).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ACCESS.ed25519Seed(key)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void equals_idAlgorithmMaterialAndState() {
        SigningKey key = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());

        assertThat(key)
                .isEqualTo(key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active()))
                .hasSameHashCodeAs(key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active()))
                .isNotEqualTo(key(KeyAlgorithm.BLAKE3, new KeyState.Active()))
                .isNotEqualTo(key(KeyAlgorithm.HMAC_SHA_256, new KeyState.VerifyOnly()))
                .isNotEqualTo(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256));
        assertThat(ACCESS.hasSameMaterial(key, key.withState(new KeyState.VerifyOnly())))
                .isTrue();
        assertThat(ACCESS.hasSameMaterial(
                        key,
                        SigningKey.of(2, KeyAlgorithm.HMAC_SHA_256, SecretBytes.copyOf(SECRET), new KeyState.Active())))
                .isFalse();
        assertThat(key.name()).isEqualTo("3f2a9c01");
    }

    @Test
    void algorithm_byItsId_found() {
        for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
            assertThat(KeyAlgorithm.of(algorithm.id())).isEqualTo(algorithm);
        }
        assertThatThrownBy(() -> KeyAlgorithm.of("none")).isInstanceOf(IllegalArgumentException.class);
    }

    // Sets and rotation

    @Test
    void forApplication_view_hasTheRingsKeysAtAllTimes() {
        KeyRing ring = KeyRing.random();
        KeyRing shop = ring.forApplication("shop");
        KeySet other = KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.BLAKE3)));

        assertThat(shop.current()).isSameAs(ring.current());
        assertThat(shop.application()).isEqualTo("shop");
        assertThat(shop.forApplication("mail").application()).isEqualTo("mail");
        assertThat(ring.application()).isEmpty();
        assertThat(shop.toString())
                .contains("shop")
                .contains(ring.current().signer().name());

        shop.replace(other);

        assertThat(ring.current()).isSameAs(other);
        assertThat(shop.forApplication("mail").current()).isSameAs(other);
        assertThat(shop.problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\ud800"})
    void forApplication_emptyOrNotUtf8_refused(String name) {
        assertThatThrownBy(() -> KeyRing.random().forApplication(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void forApplication_tooLong_refused() {
        KeyRing ring = KeyRing.random();

        assertThat(ring.forApplication("x".repeat(255)).application()).hasSize(255);
        assertThatThrownBy(() -> ring.forApplication("x".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("256");
    }

    @Test
    void keySet_twoOfOneIdOrTwoActive_refused() {
        SigningKey key = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());

        assertThatThrownBy(() -> KeySet.of(List.of(key, key.withState(new KeyState.VerifyOnly()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3f2a9c01");
        assertThatThrownBy(() -> KeySet.of(List.of(key, SigningKey.generate(KeyAlgorithm.BLAKE3))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keySet_noneActive_cannotSign() {
        assertThat(KeySet.EMPTY.canSign()).isFalse();
        assertThatThrownBy(KeySet.EMPTY::signer).isInstanceOf(IllegalStateException.class);
        assertThat(KeySet.EMPTY.find(1)).isNull();
    }

    @Test
    void keySet_toPublic_ed25519Alone() {
        SigningKey ed = key(KeyAlgorithm.ED25519, new KeyState.Active());
        KeySet set =
                KeySet.of(List.of(ed, SigningKey.generate(KeyAlgorithm.BLAKE3).withState(new KeyState.VerifyOnly())));

        assertThat(set.toPublic().keys()).containsExactly(ed.toPublic());
        assertThat(set.toPublic().canSign()).isFalse();
    }

    @Test
    void rotation_publishThenActivate_oldVerifiesUntilTheDate() {
        SigningKey old = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());
        SigningKey fresh = SigningKey.generate(KeyAlgorithm.AES_256_CMAC);
        KeySet published = KeyRotation.publish(KeySet.of(List.of(old)), fresh);
        assertThat(published.signer()).isEqualTo(old);
        assertThat(published.keys()).containsExactly(old, fresh.withState(new KeyState.VerifyOnly()));

        KeySet activated = KeyRotation.activate(published, fresh.id(), DATE);

        assertThat(activated.keys()).containsExactly(old.withState(new KeyState.Retired(DATE)), fresh);
        assertThat(activated).isEqualTo(KeyRotation.rotate(KeySet.of(List.of(old)), fresh, DATE));
        assertThat(activated).hasSameHashCodeAs(KeyRotation.rotate(KeySet.of(List.of(old)), fresh, DATE));
        assertThat(KeyRotation.prune(activated, DATE.minusMillis(1))).isEqualTo(activated);
        assertThat(KeyRotation.prune(activated, DATE).keys()).containsExactly(fresh);
    }

    @Test
    void rotation_revoke_thatKeyAlone() {
        SigningKey old = key(KeyAlgorithm.HMAC_SHA_256, new KeyState.Active());
        SigningKey fresh = SigningKey.generate(KeyAlgorithm.AES_256_CMAC);
        KeySet rotated = KeyRotation.rotate(KeySet.of(List.of(old)), fresh, DATE);

        KeySet revoked = KeyRotation.revoke(rotated, old.id());

        assertThat(revoked.keys()).containsExactly(SigningKey.revoked(old.id(), KeyAlgorithm.HMAC_SHA_256), fresh);
        assertThat(KeyRotation.prune(revoked, DATE).keys()).containsExactly(fresh);
        assertThat(KeyRotation.revoke(rotated, fresh.id()).canSign()).isFalse();
    }

    @Test
    void rotation_unknownOrPublicKey_refused() {
        KeySet keys = KeySet.of(List.of(key(KeyAlgorithm.ED25519, new KeyState.Active())));
        KeySet publicKeys = keys.toPublic();
        int id = 0x3f2a9c01;

        assertThatThrownBy(() -> KeyRotation.activate(keys, 7, DATE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyRotation.revoke(keys, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("00000007");
        assertThatThrownBy(() -> KeyRotation.activate(publicKeys, id, DATE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3f2a9c01");
    }
}
