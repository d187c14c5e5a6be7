package dev.cloakroom.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Provider;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemRandomTest {

    private static final String SYSTEM = "NativePRNG(NonBlocking)?|Windows-PRNG";

    @Test
    void create_thisPlatform_isTheOperatingSystems() {
        SecureRandom random = SystemRandom.create();

        assertThat(random.getAlgorithm()).matches(SYSTEM);
        assertThat(random.nextLong()).isNotEqualTo(random.nextLong());
    }

    /** {@code -Djava.security.egd=file:/dev/./urandom}, which many start scripts set, makes DRBG the preferred one. */
    @ParameterizedTest
    @ValueSource(strings = {"DRBG", "SHA1PRNG"})
    void create_preferredOneIsSeededOnce_isTheOperatingSystems(String preferred) throws Exception {
        SecureRandom random = SystemRandom.unlessSeededOnce(SecureRandom.getInstance(preferred, "SUN"));

        assertThat(random.getAlgorithm()).matches(SYSTEM);
    }

    @Test
    void create_preferredOneIsOfAnotherProvider_stays() {
        SecureRandom validated = new OtherProviders();

        assertThat(SystemRandom.unlessSeededOnce(validated)).isSameAs(validated);
    }

    private static final class OtherProviders extends SecureRandom {

        private static final long serialVersionUID = 1L;

        OtherProviders() {
            super(new Constant(), new Other());
        }

        @Override
        public String getAlgorithm() {
            return "DRBG";
        }
    }

    private static final class Other extends Provider {

        private static final long serialVersionUID = 1L;

        Other() {
            super("Other", "1", "a provider for tests");
        }
    }

    private static final class Constant extends SecureRandomSpi {

        private static final long serialVersionUID = 1L;

        @Override
        protected void engineSetSeed(byte[] seed) {}

        @Override
        protected void engineNextBytes(byte[] bytes) {}

        @Override
        protected byte[] engineGenerateSeed(int length) {
            return new byte[length];
        }
    }
}
