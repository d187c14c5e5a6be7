package dev.cloakroom.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;

/** Where this JVM puts the fields of what one thread at a time writes to. */
class PaddedTest {

    @ParameterizedTest
    @ValueSource(strings = {"dev.cloakroom.internal.id.Workspace", "dev.cloakroom.internal.crypto.Xaes256Gcm$Ciphers"})
    void padded_inThisJvm_hasPaddingFirstAndLast(String name) throws ClassNotFoundException {
        Class<?> type = Class.forName(name);

        List<FieldLayout> own = ClassLayout.parseClass(type).fields().stream()
                .filter(field -> field.classShortName().equals(type.getSimpleName()))
                .toList();

        assertThat(own).isNotEmpty().allMatch(field -> field.offset() >= Padded.BYTES);
        assertThat(own.get(own.size() - 1).name()).isEqualTo("padding");
    }
}
