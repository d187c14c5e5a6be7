package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class AttributeTableTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");

    /** Two names with one hash. */
    private static final Attribute<String> COLLIDING = Attribute.ofString("AaAa");

    private static final Attribute<String> ALSO_COLLIDING = Attribute.ofString("BBBB");

    /**
     * Version 1, for good: stores hold such bytes. Slots in order of hash: visits (negative hash), coat;
     * entries by length of the value.
     */
    private static final String GOLDEN = "0002"
            + "cf595c88" + "0000001f"
            + "002ead9f" + "00000012"
            + "04" + HexFormat.of().formatHex("coat".getBytes()) + "00000004" + "01" + "726564"
            + "06" + HexFormat.of().formatHex("visits".getBytes()) + "00000009" + "03" + "0000000000000007";

    private static byte[] bytes(AttributeTable table) {
        ByteBuffer target = ByteBuffer.allocate(table.length());
        table.copyTo(target);
        return target.array();
    }

    private static AttributeTable read(byte[] bytes) {
        return new AttributeTable(bytes, 0, bytes.length);
    }

    @Test
    void with_knownAttributes_goldenBytes() {
        AttributeTable table = AttributeTable.EMPTY.with(COAT, "red").with(VISITS, 7L);

        assertThat("visits".hashCode()).isLessThan("coat".hashCode());
        assertThat(HexFormat.of().formatHex(bytes(table))).isEqualTo(GOLDEN);
    }

    @Test
    void get_goldenBytes_knownAttributes() {
        AttributeTable table = read(HexFormat.of().parseHex(GOLDEN));

        assertThat(table.get(COAT)).isEqualTo("red");
        assertThat(table.get(VISITS)).isEqualTo(7);
        assertThat(table.get(COLLIDING)).isNull();
        assertThat(table.names()).containsExactly("visits", "coat");
    }

    @Test
    void values_knownOfEachType_goldenBytes() {
        UUID uuid = new UUID(1, 2);
        Map<String, Long> map = new LinkedHashMap<>();
        map.put("b", 1L);
        map.put("a", 2L);

        assertThat(hex(AttributeType.STRING, "\u00e9")).isEqualTo("01c3a9");
        assertThat(hex(AttributeType.BOOLEAN, true)).isEqualTo("0201");
        assertThat(hex(AttributeType.LONG, -2L)).isEqualTo("03fffffffffffffffe");
        assertThat(hex(AttributeType.DOUBLE, 1.5)).isEqualTo("043ff8000000000000");
        assertThat(hex(AttributeType.BYTES, new byte[] {1, -1})).isEqualTo("0501ff");
        assertThat(hex(AttributeType.INSTANT, Instant.ofEpochSecond(1, 2))).isEqualTo("06000000000000000100000002");
        assertThat(hex(AttributeType.DURATION, Duration.ofSeconds(-1, 2))).isEqualTo("07ffffffffffffffff00000002");
        assertThat(hex(AttributeType.UUID, uuid)).isEqualTo("0800000000000000010000000000000002");
        assertThat(hex(AttributeType.listOf(AttributeType.STRING), List.of("a", "")))
                .isEqualTo("09" + "00000002" + "0161" + "00000001" + "01");
        assertThat(hex(AttributeType.mapOf(AttributeType.LONG), map))
                .isEqualTo("0a" + "00000002" + "0162" + "00000009" + "030000000000000001" + "00000002" + "0161"
                        + "00000009" + "030000000000000002");
        assertThat(hex(AttributeType.json(Point.class), new Point(1, 2)))
                .isEqualTo("0b" + HexFormat.of().formatHex("{\"x\":1,\"y\":2}".getBytes()));
    }

    record Point(int x, int y) {}

    private static <T> String hex(AttributeType<T> type, T value) {
        return HexFormat.of().formatHex(type.encode(value));
    }

    @Test
    void get_namesWithTheSameHash_keptApart() {
        assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode());
        AttributeTable table = AttributeTable.EMPTY.with(COLLIDING, "one").with(ALSO_COLLIDING, "other");

        assertThat(table.get(COLLIDING)).isEqualTo("one");
        assertThat(table.get(ALSO_COLLIDING)).isEqualTo("other");
        assertThat(table.with(COLLIDING, null).get(ALSO_COLLIDING)).isEqualTo("other");
        assertThat(table.get(Attribute.ofString("AaBB"))).isNull();
    }

    @Property(tries = 300)
    void with_anyChanges_asInAMap(
            @ForAll @Size(max = 30) List<@StringLength(min = 1, max = 2) @AlphaChars String> names,
            @ForAll @Size(value = 30) List<@StringLength(max = 20) String> values) {
        Map<String, String> expected = new HashMap<>();
        AttributeTable table = AttributeTable.EMPTY;
        for (int i = 0; i < names.size(); i++) {
            Attribute<String> attribute = Attribute.ofString(names.get(i));
            String value = i % 4 == 3 ? null : values.get(i).replaceAll("[\\ud800-\\udfff]", "");
            table = table.with(attribute, value);
            if (value == null) {
                expected.remove(attribute.name());
            } else {
                expected.put(attribute.name(), value);
            }
        }

        AttributeTable reread = read(bytes(table));
        assertThat(reread.names()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((name, value) ->
                assertThat(reread.get(Attribute.ofString(name))).isEqualTo(value));
    }

    @Test
    void get_damagedAnywhere_failsThatGetAtMost() {
        byte[] genuine = bytes(AttributeTable.EMPTY.with(COAT, "red").with(VISITS, 7L));
        int entries = 2 + 2 * 8;
        for (int at = 2; at < genuine.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] damaged = genuine.clone();
                damaged[at] = (byte) value;
                AttributeTable table = read(damaged);
                boolean coat = isReadable(table, COAT);
                boolean visits = isReadable(table, VISITS);
                // Damage to the order of the slots can hide others; damage to an entry cannot.
                assertThat(coat || visits || at < entries).as("byte " + at).isTrue();
                assertThat(isReadable(table.with(COLLIDING, "new"), COLLIDING)).isTrue();
            }
        }
    }

    private static boolean isReadable(AttributeTable table, Attribute<?> attribute) {
        try {
            table.names();
            return table.get(attribute) != null;
        } catch (AttributeException e) {
            assertThat(e.attribute()).isEqualTo(attribute.name());
            return false;
        }
    }

    @Test
    void table_shorterThanItsEntries_refused() {
        for (String hex : List.of("", "00", "0001", "0001" + "00000000", "ffff" + "0000000000000000")) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertThat(AttributeTable.isTable(bytes, 0, bytes.length)).as(hex).isFalse();
            assertThatThrownBy(() -> read(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void with_moreThanACountCanSay_refused() {
        Edits edits = new Edits(AttributeTable.EMPTY, NO_LIMITS);
        for (int i = 0; i < 0xFFFF; i++) {
            edits.put(Attribute.ofBoolean("a" + i), true);
        }

        Attribute<Boolean> oneMore = Attribute.ofBoolean("a65535");
        assertThatThrownBy(() -> edits.put(oneMore, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65535");
        edits.put(Attribute.ofBoolean("a1"), false);
        AttributeTable full = edits.applyTo(AttributeTable.EMPTY);
        assertThatThrownBy(() -> full.with(oneMore, true)).isInstanceOf(IllegalArgumentException.class);
        edits.remove(Attribute.ofBoolean("a0"));
        edits.put(oneMore, true);
        AttributeTable table = edits.applyTo(AttributeTable.EMPTY);
        assertThat(table.get(oneMore)).isTrue();
        assertThat(table.names()).hasSize(0xFFFF);
    }

    private static final Edits.Limits NO_LIMITS = new Edits.Limits() {
        @Override
        public void checkAttribute(String name, int length) {
            assertThat(length).isPositive();
        }

        @Override
        public void checkSession(long length) {
            assertThat(length).isPositive();
        }
    };
}
