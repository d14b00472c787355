package dev.sluice.core.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes the core's code one that a simulation can interrupt between any two steps that other threads can see: a point
 * before every access to a volatile field or an atomic variable, and locks of the scheduler's in place of
 * {@code synchronized}. What else threads wait for goes through {@code Platform}; code that goes past it is refused here.
 */
final class Instrumenter {
    private static final int API = Opcodes.ASM9;
    private static final String POINTS = "dev/sluice/core/simulation/Points";
    /** Where the machine begins: replaced as a whole in a simulation, so it may do what the rest may not. */
    private static final List<String> MACHINE = List.of("dev/sluice/core/util/RealPlatform", "dev/sluice/core/transport/",
            "dev/sluice/core/osgi/", "dev/sluice/core/buffer/");
    /** Counters: what is read from them decides nothing. */
    private static final String COUNTER = "java/util/concurrent/atomic/LongAdder";

    private final Set<String> volatiles = new HashSet<>();
    private final Set<String> atomics = new HashSet<>();
    private final Mutation mutation;
    private boolean mutated;

    Instrumenter(Mutation mutation) {
        this.mutation = mutation;
    }

    /** Whether what the mutation changes was found. */
    boolean mutated() {
        return mutated;
    }

    /** Every class is shown here before the first is changed. */
    void scan(byte[] code) {
        ClassReader reader = new ClassReader(code);
        if (reader.getSuperName() != null && reader.getSuperName().startsWith("java/util/concurrent/atomic/")) {
            atomics.add(reader.getClassName());
        }
        reader.accept(new ClassVisitor(API) {
            @Override
            public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
                if ((access & Opcodes.ACC_VOLATILE) != 0) {
                    volatiles.add(reader.getClassName() + "." + name);
                }
                return null;
            }
        }, ClassReader.SKIP_CODE);
    }

    /** For a class of the simulation's own: nothing but the bug is put in. */
    byte[] onlyMutate(byte[] code) {
        return new ClassReader(code).getClassName().equals(mutation.type()) ? change(code) : code;
    }

    byte[] change(byte[] code) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(0);
        String owner = reader.getClassName();
        reader.accept(new ClassVisitor(API, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                if ((access & Opcodes.ACC_SYNCHRONIZED) != 0 && !isMachine(owner)) {
                    throw new IllegalStateException(owner + "." + name + " is synchronized: a lock that others can take too");
                }
                return new Method(super.visitMethod(access, name, descriptor, signature, exceptions), owner, name, descriptor);
            }
        }, 0);
        return writer.toByteArray();
    }

    private static boolean isMachine(String owner) {
        return MACHINE.stream().anyMatch(owner::startsWith);
    }

    private final class Method extends MethodVisitor {
        private final String owner;
        private final String method;
        private final String signature;

        Method(MethodVisitor next, String owner, String method, String signature) {
            super(API, next);
            this.owner = owner;
            this.method = method;
            this.signature = signature;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (mutation.concerns(owner, method) && mutation.calls() == null) {
                mutated = true;
                // What follows is dead code: without its frames the verifier would refuse it, so it goes too.
                if (Type.getReturnType(signature) == Type.VOID_TYPE) {
                    super.visitInsn(Opcodes.RETURN);
                } else {
                    super.visitInsn(Opcodes.ICONST_0);
                    super.visitInsn(Opcodes.IRETURN);
                }
                super.visitMaxs(2, 16);
                super.visitEnd();
                mv = null;
            }
        }

        private void point(String name, String descriptor) {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, POINTS, name, descriptor, false);
        }

        @Override
        public void visitFieldInsn(int opcode, String of, String name, String descriptor) {
            if (!method.equals("<clinit>") && volatiles.contains(of + "." + name)) {
                point("access", "()V");
            }
            super.visitFieldInsn(opcode, of, name, descriptor);
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.MONITORENTER) {
                point("enter", "(Ljava/lang/Object;)V");
            } else if (opcode == Opcodes.MONITOREXIT) {
                point("exit", "(Ljava/lang/Object;)V");
            } else {
                super.visitInsn(opcode);
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String of, String name, String descriptor, boolean isInterface) {
            if (mutation.concerns(owner, method) && name.equals(mutation.calls())) {
                mutated = true;
                leaveOut(opcode, descriptor);
                return;
            }
            if (of.equals("java/lang/Thread") && name.equals("onSpinWait")) {
                point("spin", "()V");
                return;
            }
            refuseWhatIsNotSeen(of, name);
            if (!method.equals("<clinit>") && !name.equals("<init>") && isShared(of)) {
                point("access", "()V");
            }
            super.visitMethodInsn(opcode, of, name, descriptor, isInterface);
        }

        /** The arguments go, and in place of a result comes "no". */
        private void leaveOut(int opcode, String descriptor) {
            Type[] arguments = Type.getArgumentTypes(descriptor);
            for (int i = arguments.length - 1; i >= 0; i--) {
                super.visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
            }
            if (opcode != Opcodes.INVOKESTATIC) {
                super.visitInsn(Opcodes.POP);
            }
            Type result = Type.getReturnType(descriptor);
            if (result.getSort() == Type.LONG) {
                super.visitInsn(Opcodes.LCONST_0);
            } else if (result.getSort() == Type.OBJECT) {
                super.visitInsn(Opcodes.ACONST_NULL);
            } else if (result.getSort() != Type.VOID) {
                super.visitInsn(Opcodes.ICONST_0);
            }
        }

        private boolean isShared(String of) {
            return of.equals("java/lang/invoke/VarHandle") || atomics.contains(of)
                    || of.startsWith("java/util/concurrent/") && !of.equals(COUNTER) && !of.contains("TimeUnit");
        }

        private void refuseWhatIsNotSeen(String of, String name) {
            boolean hidden = of.startsWith("java/util/concurrent/locks/") || of.equals("java/lang/System") && name.equals("nanoTime")
                    || of.equals("java/lang/System") && name.equals("currentTimeMillis")
                    || of.equals("java/lang/Thread") && (name.equals("start") || name.equals("sleep") || name.equals("join"))
                    || of.equals("java/lang/Object") && (name.equals("wait") || name.startsWith("notify"))
                    || of.equals("java/util/concurrent/CountDownLatch") || of.equals("java/util/concurrent/CompletableFuture")
                    || of.startsWith("java/util/concurrent/Executor");
            if (hidden && !isMachine(owner)) {
                throw new IllegalStateException(owner + "." + method + " uses " + of + "." + name + ": time, threads and waiting belong to"
                        + " dev.sluice.core.util.Platform");
            }
        }
    }
}
