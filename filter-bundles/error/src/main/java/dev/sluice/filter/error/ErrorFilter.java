package dev.sluice.filter.error;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Makes requests fail, at random or while a file exists. {@code error}, {@code error-rate} and {@code error-file} set
 * all six kinds of requests where they stand, so the order of the words counts.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("error")
@Help("makes requests fail")
@Parameter(name = "error", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, defaultValue = "EIO",
        repeatable = true, help = "what all requests fail with")
@Parameter(name = "error-rate", type = ParameterType.PROBABILITY, defaultValue = "0", repeatable = true,
        help = "how many of all requests fail")
@Parameter(name = "error-file", type = ParameterType.PATH, repeatable = true, help = "requests fail only while this file exists")
@Parameter(name = "error-pread", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what reads fail with")
@Parameter(name = "error-pread-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many reads fail")
@Parameter(name = "error-pread-file", type = ParameterType.PATH, repeatable = true, help = "reads fail only while this file exists")
@Parameter(name = "error-pwrite", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what writes fail with")
@Parameter(name = "error-pwrite-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many writes fail")
@Parameter(name = "error-pwrite-file", type = ParameterType.PATH, repeatable = true, help = "writes fail only while this file exists")
@Parameter(name = "error-trim", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what trims fail with")
@Parameter(name = "error-trim-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many trims fail")
@Parameter(name = "error-trim-file", type = ParameterType.PATH, repeatable = true, help = "trims fail only while this file exists")
@Parameter(name = "error-zero", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what zeroes fail with")
@Parameter(name = "error-zero-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many zeroes fail")
@Parameter(name = "error-zero-file", type = ParameterType.PATH, repeatable = true, help = "zeroes fail only while this file exists")
@Parameter(name = "error-extents", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what block status fails with")
@Parameter(name = "error-extents-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many block status requests fail")
@Parameter(name = "error-extents-file", type = ParameterType.PATH, repeatable = true,
        help = "block status fails only while this file exists")
@Parameter(name = "error-cache", choices = {"EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN"}, repeatable = true,
        help = "what cache hints fail with")
@Parameter(name = "error-cache-rate", type = ParameterType.PROBABILITY, repeatable = true, help = "how many cache hints fail")
@Parameter(name = "error-cache-file", type = ParameterType.PATH, repeatable = true, help = "cache hints fail only while this file exists")
public class ErrorFilter implements NbdFilter {
    private final DoubleSupplier dice;
    private Map<Operation, Injection> injections;

    /** What the component runtime calls. */
    @Activate
    public ErrorFilter() {
        this(new Random()::nextDouble);
    }

    /** With other dice, which give numbers of 0 .. 1, without 1. */
    ErrorFilter(DoubleSupplier dice) {
        this.dice = dice;
    }

    @Override
    public void configure(Parameters parameters) {
        injections = Injection.from(parameters);
    }

    /** A device that is opened beside the one in use is tried with a read, and an error injected there would refuse the change. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new ErrorDevice(next.open(request), injections, dice);
    }
}
