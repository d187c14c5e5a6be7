package dev.cloakroom.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Test
    void utf8_halfASurrogatePair_refused() {
        assertThat(Utf8.encode("it", "a\u00e9\u20ac\uD83E\uDDE5"))
                .containsExactly(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xa7, 0xa5);
        for (String half : List.of("\ud800", "a\udc00b", "\ud83e")) {
            assertThatThrownBy(() -> Utf8.encode("the name", half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the name");
        }
    }
}
