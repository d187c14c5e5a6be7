package dev.cloakroom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValueTypesTest {

    record Cart(String item, int count) {}

    record Order(Cart cart) {}

    interface Shape {}

    static final class Circle implements Shape {}

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
                new byte[] {1, 2},
                BigInteger.TEN,
                new BigDecimal("1.10"),
                LocalDate.of(2026, 11, 28),
                LocalTime.of(12, 30),
                LocalDateTime.of(2026, 11, 28, 12, 30),
                OffsetDateTime.parse("2026-11-28T12:30:00+01:00"),
                ZonedDateTime.parse("2026-11-28T12:30:00+01:00[Europe/Vienna]"),
                URI.create("https://example.com/a?b"),
                Locale.forLanguageTag("de-AT"),
                new Date(1_800_000_000_000L),
                List.of(),
                Map.of(),
                Set.of("a", 1),
                List.of(1, "two", List.of(3L)),
                Arrays.asList("a", null),
                List.of(List.of(1L), Map.of("k", Set.of(1))),
                Map.of("one", 1, "list", List.of('c')),
                Map.of(1, "one", "two", 2));
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

        assertThat(encoded).isEqualTo(EncodedAttribute.of(Attribute.ofString("name"), "text"));
        assertThat(ValueTypes.standard().encode("name", List.of(1L)).value(AttributeType.listOf(AttributeType.LONG)))
                .containsExactly(1L);
        assertThat(ValueTypes.standard()
                        .encode("name", Map.of("k", "v"))
                        .value(AttributeType.mapOf(AttributeType.STRING)))
                .containsEntry("k", "v");
    }

    @Test
    void collectionThatWasRead_canBeModified() {
        ValueTypes types = ValueTypes.standard();
        @SuppressWarnings("unchecked")
        List<List<Object>> list = (List<List<Object>>) types.decode(types.encode("name", List.of(List.of("b"))));
        list.get(0).add("more");

        assertThat(list).containsExactly(List.of("b", "more"));
        assertThat(types.encode("name", list).value()).isEqualTo(list);
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
    void interfaceWithType_takesItsImplementations() {
        ValueTypes types = ValueTypes.builder()
                .type(Shape.class, AttributeType.of("shape/1", shape -> new byte[1], bytes -> new Circle()))
                .build();

        assertThat(types.decode(types.encode("name", new Circle()))).isInstanceOf(Circle.class);
    }

    @Test
    void typeForTheRest_takesWhatNoOtherRuleFits() {
        ValueTypes types = ValueTypes.builder()
                .otherwise(Object.class, AttributeType.of("rest/1", rest -> new byte[1], bytes -> new Circle()))
                .build();

        assertThat(types.encode("name", new Circle()).typeName()).isEqualTo("rest/1");
        assertThat(types.encode("name", "text").typeName()).isEqualTo("string");
        assertThat(types.encode("name", List.of(new Circle())).typeName()).isEqualTo("list");
    }

    @Test
    void recordThatWasNamed_isJson() {
        ValueTypes types = ValueTypes.builder()
                .record(Cart.class)
                .record("order/1", Order.class)
                .build();
        Order order = new Order(new Cart("umbrella", 2));
        EncodedAttribute encoded = types.encode("name", order);

        assertThat(encoded.typeName()).isEqualTo("order/1");
        assertThat(types.decode(encoded)).isEqualTo(order);
        assertThat(types.decode(types.encode("name", List.of(order.cart())))).isEqualTo(List.of(order.cart()));
        assertThat(types.encode("name", order.cart()).typeName()).isEqualTo("record/" + Cart.class.getName());
    }

    @Test
    void typeThatWasNotGiven_staysEncoded_andCanBePutAgain() {
        ValueTypes types =
                ValueTypes.builder().type(StringBuilder.class, BUILDER).build();
        for (EncodedAttribute encoded :
                List.of(types.encode("name", new StringBuilder("a")), EncodedAttribute.of(CART, new Cart("a", 1)))) {
            Object value = ValueTypes.standard().decode(encoded);

            assertThat(value).isEqualTo(encoded);
            assertThat(ValueTypes.standard().encode(encoded.name(), value)).isEqualTo(encoded);
            assertThat(ValueTypes.standard().encode("other", value).bytes()).isEqualTo(encoded.bytes());
        }
        EncodedAttribute list = types.encode("name", List.of(new StringBuilder("a")));
        assertThat(ValueTypes.standard().encode("name", ValueTypes.standard().decode(list)))
                .isEqualTo(list);
        assertThat(types.isOfProgram(types.encode("name", new StringBuilder("a"))))
                .isTrue();
        assertThat(ValueTypes.standard().isOfProgram(list)).isFalse();
    }

    @Test
    void declaredAttribute_holdsRecord() {
        ValueTypes types = ValueTypes.builder().attribute(CART).build();

        assertThat(types.decode(types.encode("cart", new Cart("umbrella", 2)))).isEqualTo(new Cart("umbrella", 2));
        assertThat(types.isOfProgram(types.encode("cart", new Cart("umbrella", 2))))
                .isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> types.encode("cart", "text"))
                .withMessageContaining("cart")
                .withMessageContaining("declared");
    }

    @Test
    void classWithoutType_isRefused_withWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueTypes.standard().encode("name", List.of(new AtomicLong(3))))
                .withMessageContaining("name")
                .withMessageContaining("java.util.concurrent.atomic.AtomicLong")
                .withMessageContaining("ValueTypes.Builder")
                .withMessageNotContaining("3");
    }

    @Test
    void endlessNesting_isRefused() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);

        Map<Integer, Object> map = new HashMap<>();
        map.put(1, map);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueTypes.standard().encode("name", map))
                .withMessageContaining("100");
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
    void encoderThatRefuses_saysWhy() {
        ValueTypes types = ValueTypes.builder()
                .type(
                        StringBuilder.class,
                        AttributeType.of(
                                "builder/1",
                                value -> {
                                    throw new ValueRefusedException("it is too long; shorten it");
                                },
                                bytes -> new StringBuilder()))
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> types.encode("name", new StringBuilder()))
                .withMessageContaining("name")
                .withMessageContaining("shorten it");
    }

    @Test
    void damagedValue_failsWithItsName_andWithoutItsContent() {
        for (String damaged :
                List.of("\u000c\u0008java/setsecret", "\u000c\u0008java/mapsecret", "\u000c\u0008java/intsecret")) {
            assertThatThrownBy(() -> ValueTypes.standard().decode(EncodedAttribute.of("name", damaged.getBytes(UTF_8))))
                    .isInstanceOf(AttributeException.class)
                    .hasMessageContaining("name")
                    .hasMessageNotContaining("secret");
        }
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
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.type(
                        StringBuilder.class,
                        AttributeType.of("builder/2", b -> new byte[1], b -> new StringBuilder())));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.record("java/int", Cart.class))
                .withMessageContaining("java/");
    }

    @Test
    void mutable_isWhatCanBeChangedWithoutPut() {
        assertThat(ValueTypes.standard().isMutable("text")).isFalse();
        assertThat(ValueTypes.standard().isMutable(new byte[1])).isTrue();
        assertThat(ValueTypes.standard().isMutable(new ArrayList<>())).isTrue();
        assertThat(ValueTypes.standard().isMutable(new Cart("umbrella", 1))).isFalse();
    }
}
