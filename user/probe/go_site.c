/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/go_site.h"

#if defined(__x86_64__)

#include <capstone/capstone.h>
#include <stdlib.h>

#define CHECK_INSTRUCTIONS 3

static bool decoder(csh *handle)
{
	return cs_open(CS_ARCH_X86, CS_MODE_64, handle) == CS_ERR_OK &&
	       cs_option(*handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK;
}

/* cmp rsp or r12, [r14 + 16]: against g.stackguard0 (stacksplit of cmd/internal/obj/x86). */
static bool is_stack_check(const cs_insn *in)
{
	const cs_x86_op *op = in->detail->x86.operands;

	return in->id == X86_INS_CMP && op[1].type == X86_OP_MEM &&
	       op[1].mem.base == X86_REG_R14 && op[1].mem.disp == 16;
}

struct go_site go_site_of_entry(const uint8_t *code, size_t bytes)
{
	struct go_site site = { 0 };
	bool checked = false;
	uint64_t address = 0;
	csh handle;
	cs_insn *in;

	if (!decoder(&handle))
		return site;
	in = cs_malloc(handle);
	for (int i = 0; in && i < CHECK_INSTRUCTIONS; i++) {
		if (!cs_disasm_iter(handle, &code, &bytes, &address, in))
			break;
		if (checked && in->id == X86_INS_JBE)
			site = (struct go_site){ in->address, true, true };
		checked = is_stack_check(in);
	}
	if (in)
		cs_free(in, 1);
	cs_close(&handle);
	return site;
}

/* Where direct jumps lead: what is known before such a place is not known there. */
static void mark_jumps(csh handle, cs_insn *in, const uint8_t *code, size_t bytes, uint8_t *target)
{
	uint64_t address = 0;
	size_t left = bytes;

	while (cs_disasm_iter(handle, &code, &left, &address, in)) {
		const cs_x86_op *op = in->detail->x86.operands;

		if (cs_insn_group(handle, in, CS_GRP_JUMP) && op[0].type == X86_OP_IMM &&
		    op[0].imm >= 0 && (uint64_t)op[0].imm < bytes)
			target[op[0].imm] = 1;
	}
}

static bool is_ax(uint16_t reg)
{
	return reg == X86_REG_RAX || reg == X86_REG_EAX || reg == X86_REG_AX || reg == X86_REG_AL;
}

/* Is AX 0 behind this instruction, when `clear` tells of it before? */
static bool clear_after(csh handle, const cs_insn *in, bool clear)
{
	const cs_x86_op *op = in->detail->x86.operands;
	cs_regs read, written;
	uint8_t reads, writes;

	if (in->id == X86_INS_XOR && op[0].type == X86_OP_REG && op[0].reg == X86_REG_EAX &&
	    op[1].type == X86_OP_REG && op[1].reg == X86_REG_EAX)
		return true;
	if (!clear || cs_insn_group(handle, in, CS_GRP_CALL) ||
	    cs_insn_group(handle, in, CS_GRP_JUMP) || cs_insn_group(handle, in, CS_GRP_RET) ||
	    cs_regs_access(handle, in, read, &reads, written, &writes))
		return false;
	for (uint8_t i = 0; i < writes; i++)
		if (is_ax(written[i]))
			return false;
	return true;
}

static size_t find_returns(csh handle, cs_insn *in, const uint8_t *code, size_t bytes,
			   const uint8_t *target, bool errors, uint64_t *offsets, size_t most)
{
	uint64_t address = 0;
	bool clear = false;
	size_t count = 0;

	while (cs_disasm_iter(handle, &code, &bytes, &address, in)) {
		clear = clear && !target[in->address];
		if (cs_insn_group(handle, in, CS_GRP_RET) && !(errors && clear) && count < most)
			offsets[count++] = in->address;
		clear = clear_after(handle, in, clear);
	}
	return count;
}

size_t go_sites_of_returns(const uint8_t *code, size_t bytes, bool errors, uint64_t *offsets,
			   size_t most)
{
	uint8_t *target = bytes <= GO_CODE_MAX ? calloc(1, bytes + 1) : NULL;
	size_t count = 0;
	csh handle;
	cs_insn *in;

	if (!target || !decoder(&handle)) {
		free(target);
		return 0;
	}
	in = cs_malloc(handle);
	if (in) {
		mark_jumps(handle, in, code, bytes, target);
		count = find_returns(handle, in, code, bytes, target, errors, offsets, most);
		cs_free(in, 1);
	}
	cs_close(&handle);
	free(target);
	return count;
}

#else

struct go_site go_site_of_entry(const uint8_t *code, size_t bytes)
{
	(void)code, (void)bytes;
	return (struct go_site){ 0 };
}

size_t go_sites_of_returns(const uint8_t *code, size_t bytes, bool errors, uint64_t *offsets,
			   size_t most)
{
	(void)code, (void)bytes, (void)errors, (void)offsets, (void)most;
	return 0;
}

#endif
