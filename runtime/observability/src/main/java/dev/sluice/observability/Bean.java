package dev.sluice.observability;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;

/** An MBean of numbers and texts that can only be read; built once, then used by any thread. */
final class Bean implements DynamicMBean {
    private final String description;
    private final Map<String, Reader> readers = new LinkedHashMap<>();

    private record Reader(String type, String description, Supplier<?> value) {
    }

    Bean(String description) {
        this.description = description;
    }

    Bean number(String name, String what, Supplier<Long> value) {
        readers.put(name, new Reader("long", what, value));
        return this;
    }

    Bean fraction(String name, String what, Supplier<Double> value) {
        readers.put(name, new Reader("double", what, value));
        return this;
    }

    Bean text(String name, String what, Supplier<String> value) {
        readers.put(name, new Reader("java.lang.String", what, value));
        return this;
    }

    Bean flag(String name, String what, Supplier<Boolean> value) {
        readers.put(name, new Reader("boolean", what, value));
        return this;
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        Reader reader = readers.get(name);
        if (reader == null) {
            throw new AttributeNotFoundException("there is no attribute " + name);
        }
        return reader.value.get();
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList list = new AttributeList();
        for (String name : names) {
            Reader reader = readers.get(name);
            if (reader != null) {
                list.add(new Attribute(name, reader.value.get()));
            }
        }
        return list;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " can only be read");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String name, Object[] parameters, String[] signature) {
        throw new UnsupportedOperationException("there is no operation " + name);
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] attributes = readers.entrySet().stream().map(e -> new MBeanAttributeInfo(e.getKey(), e.getValue().type(),
                e.getValue().description(), true, false, e.getValue().type().equals("boolean"))).toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(Bean.class.getName(), description, attributes, null, null, null);
    }
}
