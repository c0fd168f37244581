/* SPDX-License-Identifier: GPL-2.0-only */
/* site_exits.c - the places that a function passes when it returns. */
#include "probe/site.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <capstone/capstone.h>

#define PENDING 256 /* jumps seen and not followed yet */

/* An instruction that the walk has come by, at the place of its first byte. */
struct step {
	uint8_t bytes; /* 0: none begins here */
	bool target;   /* something jumps here */
	bool leaves;   /* nothing behind it is reached by going on */
	bool is_return;
	bool guard;    /* reads the stack protector's word: %fs:0x28 */
	bool branch;   /* a conditional jump, which the kernel emulates */
	bool opaque;   /* changes the result, or the stack in a way that is not followed */
	uint32_t pops_bytes;
};

struct walk {
	csh handle;
	const uint8_t *code;
	size_t bytes;
	struct step step[EXIT_CODE_BYTES];
	uint32_t pending[PENDING];
	size_t pending_count;
	int64_t outside; /* where it jumps to beyond the code */
	bool unknown;	 /* it jumps where a register says */
};

static bool touches_result(csh handle, const cs_insn *in)
{
	cs_regs read, written;
	uint8_t reads, writes;

	if (cs_regs_access(handle, in, read, &reads, written, &writes))
		return true;
	for (uint8_t i = 0; i < writes; i++)
		switch (written[i]) {
		case X86_REG_RAX: case X86_REG_EAX: case X86_REG_AX: case X86_REG_AL: case X86_REG_AH:
			return true;
		}
	return false;
}

static bool changes_stack(const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;

	if (in->id == X86_INS_PUSH || in->id == X86_INS_LEAVE)
		return true;
	return x->op_count && x->operands[0].type == X86_OP_REG &&
	       x->operands[0].reg == X86_REG_RSP;
}

static bool reads_guard(const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;

	for (uint8_t i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM && x->operands[i].mem.segment == X86_REG_FS &&
		    x->operands[i].mem.disp == 0x28)
			return true;
	return false;
}

static void look_at(struct walk *w, const cs_insn *in, struct step *s)
{
	const cs_x86 *x = &in->detail->x86;
	bool jump = cs_insn_group(w->handle, in, CS_GRP_JUMP);

	s->bytes = (uint8_t)in->size;
	s->is_return = cs_insn_group(w->handle, in, CS_GRP_RET);
	s->leaves = s->is_return || in->id == X86_INS_JMP || in->id == X86_INS_UD2 ||
		    in->id == X86_INS_HLT;
	s->branch = jump && in->id != X86_INS_JMP;
	s->guard = reads_guard(in);
	if (in->id == X86_INS_POP && x->operands[0].type == X86_OP_REG)
		s->pops_bytes = 8;
	else if (in->id == X86_INS_ADD && x->operands[0].type == X86_OP_REG &&
		 x->operands[0].reg == X86_REG_RSP && x->operands[1].type == X86_OP_IMM &&
		 x->operands[1].imm > 0 && x->operands[1].imm < 32768)
		s->pops_bytes = (uint32_t)x->operands[1].imm;
	else
		s->opaque = changes_stack(in);
	s->opaque |= touches_result(w->handle, in) || cs_insn_group(w->handle, in, CS_GRP_CALL);
}

static void jump_to(struct walk *w, int64_t target)
{
	if (target < 0 || target >= (int64_t)w->bytes) {
		w->outside = w->outside == EXIT_NOWHERE ? target : w->outside;
		return;
	}
	w->step[target].target = true;
	if (!w->step[target].bytes && w->pending_count < PENDING)
		w->pending[w->pending_count++] = (uint32_t)target;
}

/* From one place straight on until the code leaves, or is known. */
static void walk_from(struct walk *w, uint64_t at, cs_insn *in)
{
	const uint8_t *code = w->code + at;
	size_t left = w->bytes - at;

	while (at < w->bytes && !w->step[at].bytes &&
	       cs_disasm_iter(w->handle, &code, &left, &at, in)) {
		struct step *s = &w->step[in->address];

		look_at(w, in, s);
		if (cs_insn_group(w->handle, in, CS_GRP_JUMP)) {
			if (in->detail->x86.op_count &&
			    in->detail->x86.operands[0].type == X86_OP_IMM)
				jump_to(w, in->detail->x86.operands[0].imm);
			else
				w->unknown = true;
		}
		if (s->leaves)
			break;
	}
}

/*
 * Back from a return to the branch that guards it, if nothing can come in between: the
 * stack protector's, which is taken only to die. Else the return itself.
 */
static struct site exit_of(const struct walk *w, uint64_t at)
{
	struct site here = { .offset = at };
	uint32_t stack_bytes = 0;

	for (uint64_t back = at; back && !w->step[back].target;) {
		uint64_t before = back - 1;

		while (before && back - before < 15 && !w->step[before].bytes)
			before--;
		if (before + w->step[before].bytes != back || w->step[before].opaque ||
		    w->step[before].leaves)
			return here;
		if (w->step[before].branch) {
			for (uint64_t guard = before; guard && before - guard < 15;)
				if (w->step[--guard].bytes)
					return w->step[guard].guard && !w->step[before].target ?
						       (struct site){ before, stack_bytes, 1 } :
						       here;
			return here;
		}
		stack_bytes += w->step[before].pops_bytes;
		back = before;
	}
	return here;
}

size_t sites_of_exits(const uint8_t *code, size_t bytes, struct site *exits, size_t most,
		      int64_t *outside)
{
	static struct walk w; /* 100 KiB; one thread */
	size_t count = 0;
	cs_insn *in;

	w = (struct walk){ .code = code, .bytes = bytes < EXIT_CODE_BYTES ? bytes : EXIT_CODE_BYTES,
			   .outside = EXIT_NOWHERE };
	*outside = EXIT_NOWHERE;
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &w.handle) != CS_ERR_OK)
		return 0;
	cs_option(w.handle, CS_OPT_DETAIL, CS_OPT_ON);
	in = cs_malloc(w.handle);
	if (in) {
		walk_from(&w, 0, in);
		while (w.pending_count)
			walk_from(&w, w.pending[--w.pending_count], in);
		cs_free(in, 1);
	}
	cs_close(&w.handle);
	for (size_t at = 0; at < w.bytes && count < most; at++)
		if (w.step[at].is_return)
			exits[count++] = exit_of(&w, at);
	*outside = w.unknown ? EXIT_UNKNOWN : w.outside;
	return count;
}

#else

#define RET 0xd65f03c0u /* arm64 */

size_t sites_of_exits(const uint8_t *code, size_t bytes, struct site *exits, size_t most,
		      int64_t *outside)
{
	size_t count = 0;

	*outside = EXIT_NOWHERE;
	for (size_t i = 0; i + 4 <= bytes && count < most; i += 4)
		if ((code[i] | code[i + 1] << 8 | code[i + 2] << 16 |
		     (uint32_t)code[i + 3] << 24) == RET)
			exits[count++] = (struct site){ .offset = i };
	return count;
}

#endif
