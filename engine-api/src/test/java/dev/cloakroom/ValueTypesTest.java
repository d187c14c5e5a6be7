package dev.cloakroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValueTypesTest {

    record Cart(String item, int count) {}

    private static final AttributeType<StringBuilder> BUILDER = AttributeType.of(
            "builder/1",
            value -> value.toString().getBytes(UTF_8),
            bytes -> new StringBuilder(new String(bytes, UTF_8)));
    private static final Attribute<Cart> CART = Attribute.ofRecord("cart", Cart.class);

    static List<Object> values() {
        return List.of(
                "text",
                true,
                7L,
                7,
                (short) 7,
                (byte) 7,
                7.5,
                7.5f,
                'c',
                Instant.ofEpochSecond(7),
                Duration.ofSeconds(7),
                new UUID(7, 8),
                List.of(1, "two", List.of(3L)),
                Map.of("one", 1, "list", List.of('c')));
    }

    @ParameterizedTest
    @MethodSource("values")
    void value_isDecodedAsItsClass(Object value) {
        ValueTypes types = ValueTypes.standard();

        assertThat(types.decode(types.encode("name", value))).isEqualTo(value);
    }

    @Test
    void closedType_isStoredAsTypedAttributeStoresIt() {
        EncodedAttribute encoded = ValueTypes.standard().encode("name", "text");

        assertThat(AttributeTable.decode(Attribute.ofString("name"), encoded.bytes()))
                .isEqualTo("text");
    }

    @Test
    void classWithType_isDecodedByTheTypesName_alsoInList() {
        ValueTypes types =
                ValueTypes.builder().type(StringBuilder.class, BUILDER).build();

        assertThat(types.decode(types.encode("name", new StringBuilder("a")))).hasToString("a");
        assertThat(types.decode(types.encode("name", List.of(new StringBuilder("a")))))
                .hasToString("[a]");
    }

    @Test
    void encodingThatWasNotGiven_isBytes() {
        EncodedAttribute encoded =
                ValueTypes.builder().type(StringBuilder.class, BUILDER).build().encode("name", new StringBuilder("a"));

        assertThat(ValueTypes.standard().decode(encoded)).isEqualTo(new byte[] {'a'});
    }

    @Test
    void declaredAttribute_holdsRecord() {
        ValueTypes types = ValueTypes.builder().attribute(CART).build();

        assertThat(types.decode(types.encode("cart", new Cart("umbrella", 2)))).isEqualTo(new Cart("umbrella", 2));
        assertThatThrownBy(() -> types.encode("cart", "text")).isInstanceOf(ClassCastException.class);
    }

    @Test
    void classWithoutType_isRefused_withWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueTypes.standard().encode("name", List.of(new AtomicLong(3))))
                .withMessageContaining("name")
                .withMessageContaining("java.util.concurrent.atomic.AtomicLong")
                .withMessageContaining("ValueTypes.builder()")
                .withMessageNotContaining("3");
    }

    @Test
    void keyThatIsNoString_andEndlessNesting_areRefused() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueTypes.standard().encode("name", Map.of(1, "one")))
                .withMessageContaining("no String");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueTypes.standard().encode("name", endless))
                .withMessageContaining("100");
    }

    @Test
    void encoderThatThrows_isAnAttributeException_withoutItsMessage() {
        ValueTypes types = ValueTypes.builder()
                .type(
                        StringBuilder.class,
                        AttributeType.of(
                                "builder/1",
                                value -> {
                                    throw new IllegalStateException("secret");
                                },
                                bytes -> new StringBuilder()))
                .build();

        assertThatThrownBy(() -> types.encode("name", new StringBuilder()))
                .isInstanceOf(AttributeException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void damagedValue_failsWithItsName() {
        assertThatThrownBy(() -> ValueTypes.standard().decode(EncodedAttribute.of("name", new byte[] {77})))
                .isInstanceOf(AttributeException.class)
                .hasMessageContaining("name");
    }

    @Test
    void twoClassesWithOneEncoding_twoAttributesOfOneName_andClosedType_areRefused() {
        ValueTypes.Builder builder =
                ValueTypes.builder().type(StringBuilder.class, BUILDER).attribute(CART);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.type(Cart.class, AttributeType.of("builder/1", c -> new byte[1], b -> null)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.attribute(Attribute.ofString("cart")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.type(Cart.class, AttributeType.json(Cart.class)))
                .withMessageContaining("declare the attribute");
    }

    @Test
    void mutable_isWhatCanBeChangedWithoutPut() {
        assertThat(ValueTypes.standard().isMutable("text")).isFalse();
        assertThat(ValueTypes.standard().isMutable(new byte[1])).isTrue();
        assertThat(ValueTypes.standard().isMutable(new ArrayList<>())).isTrue();
    }
}
