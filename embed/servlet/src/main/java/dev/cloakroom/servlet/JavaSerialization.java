package dev.cloakroom.servlet;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import dev.cloakroom.EncodedAttribute;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Java serialization behind a filter that must allow each class. */
final class JavaSerialization {

    private static final String NAME = "java-serialization/1";

    /** What an attribute holds, as bytes. */
    private static final AttributeType<byte[]> BYTES =
            AttributeType.of(NAME, (byte[] bytes) -> bytes, (byte[] bytes) -> bytes);

    private final ObjectInputFilter filter;

    /** The type of objects. Messages of failures are dropped where a type's functions run, so writing does not use it. */
    private final AttributeType<Object> type;

    JavaSerialization(ObjectInputFilter filter) {
        ObjectInputFilter strict = ObjectInputFilter.rejectUndecidedClass(filter);
        this.filter = strict;
        this.type = AttributeType.of(NAME, value -> write("element", value, strict), bytes -> read(bytes, strict));
    }

    AttributeType<Object> type() {
        return type;
    }

    /**
     * Encodes an object.
     *
     * @throws IllegalArgumentException if something in it is not serializable, or not allowed
     */
    EncodedAttribute encode(String name, Object value) {
        return EncodedAttribute.of(Attribute.of(name, BYTES), write(name, value, filter));
    }

    private static byte[] write(String name, Object value, ObjectInputFilter filter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new CheckedOutput(bytes, filter, name)) {
            out.writeObject(value);
        } catch (NotSerializableException e) {
            // Its message is the name of a class.
            throw refused(name, String.valueOf(e.getMessage()), "is not serializable");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static IllegalArgumentException refused(String name, String className, String why) {
        return new IllegalArgumentException("the session's attribute " + name + " cannot be serialized: " + className
                + " "
                + why + "; make it serializable and let the filter allow it, or give the attribute's class a type by"
                + " ValueCodec.Builder.type(...)");
    }

    private static Object read(byte[] bytes, ObjectInputFilter filter) {
        try (ObjectInputStream in = new ApplicationInput(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(filter);
            return in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Refuses to write what could not be read. */
    private static final class CheckedOutput extends ObjectOutputStream {

        private final ObjectInputFilter filter;
        private final String name;

        /** Whether the stream writes down why it failed. */
        private boolean failed;

        CheckedOutput(OutputStream out, ObjectInputFilter filter, String name) throws IOException {
            super(out);
            this.filter = filter;
            this.name = name;
        }

        @Override
        protected void annotateClass(Class<?> written) {
            failed |= ObjectStreamException.class.isAssignableFrom(written);
            if (!failed && filter.checkInput(new Info(written)) == ObjectInputFilter.Status.REJECTED) {
                throw refused(name, written.getName(), "is not allowed by the filter");
            }
        }
    }

    private record Info(Class<?> serialClass) implements ObjectInputFilter.FilterInfo {

        @Override
        public long arrayLength() {
            return -1;
        }

        @Override
        public long depth() {
            return 1;
        }

        @Override
        public long references() {
            return 1;
        }

        @Override
        public long streamBytes() {
            return 0;
        }
    }

    /** Finds the classes of the web application. */
    private static final class ApplicationInput extends ObjectInputStream {

        ApplicationInput(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass described) throws IOException, ClassNotFoundException {
            @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
            if (loader != null) {
                try {
                    return Class.forName(described.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    // Perhaps a primitive type, or a class of the library's own loader.
                    return super.resolveClass(described);
                }
            }
            return super.resolveClass(described);
        }
    }
}
