package dev.cloakroom.servlet;

import dev.cloakroom.EncodedAttribute;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads collections whose elements are of several types: each element behind its length, as an encoded value. A
 * length of -1 stands for null.
 */
final class Elements {

    /** The name that an element is encoded under. Only messages show it. */
    private static final String NAME = "element";

    private static final int NULL = -1;

    private Elements() {}

    static byte[] write(Collection<?> elements, BiFunction<String, Object, EncodedAttribute> encoder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Object element : elements) {
            write(out, element, encoder);
        }
        return bytes.toByteArray();
    }

    static byte[] writeMap(Map<?, ?> map, BiFunction<String, Object, EncodedAttribute> encoder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        map.forEach((key, value) -> {
            write(out, key, encoder);
            write(out, value, encoder);
        });
        return bytes.toByteArray();
    }

    private static void write(
            DataOutputStream out, @Nullable Object element, BiFunction<String, Object, EncodedAttribute> encoder) {
        try {
            if (element == null) {
                out.writeInt(NULL);
            } else {
                byte[] encoded = encoder.apply(NAME, element).bytes();
                out.writeInt(encoded.length);
                out.write(encoded);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<?> list(byte[] bytes, Function<EncodedAttribute, Object> decoder) {
        List<@Nullable Object> list = new ArrayList<>();
        addTo(list, bytes, decoder);
        return list;
    }

    static Set<?> set(byte[] bytes, Function<EncodedAttribute, Object> decoder) {
        Set<@Nullable Object> set = new LinkedHashSet<>();
        addTo(set, bytes, decoder);
        return set;
    }

    static Map<?, ?> map(byte[] bytes, Function<EncodedAttribute, Object> decoder) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            Object key = read(in, decoder);
            map.put(key, read(in, decoder));
        }
        return map;
    }

    private static void addTo(
            Collection<@Nullable Object> collection, byte[] bytes, Function<EncodedAttribute, Object> decoder) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            collection.add(read(in, decoder));
        }
    }

    private static @Nullable Object read(ByteBuffer in, Function<EncodedAttribute, Object> decoder) {
        int length = in.getInt();
        if (length == NULL) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("an element that is cut off");
        }
        byte[] encoded = new byte[length];
        in.get(encoded);
        return decoder.apply(EncodedAttribute.of(NAME, encoded));
    }

    /** Returns a list or a map that can be modified in place of one that cannot, and so inside of it. */
    static Object modifiable(Object value) {
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(modifiable(element));
            }
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, modifiable(element)));
            return copy;
        }
        return value;
    }
}
