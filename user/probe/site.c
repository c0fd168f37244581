/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/site.h"

#include <capstone/capstone.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)

static bool decoder(csh *handle)
{
	return cs_open(CS_ARCH_X86, CS_MODE_64, handle) == CS_ERR_OK &&
	       cs_option(*handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK;
}

/* As branch_setup_xol_ops() and push_setup_xol_ops() decide. */
static bool is_emulated(const cs_insn *in)
{
	const uint8_t *b = in->bytes;

	if (b[0] == 0x90 || b[0] == 0xe8 || b[0] == 0xe9 || b[0] == 0xeb)
		return true;
	if (b[0] >= 0x70 && b[0] <= 0x7f)
		return true;
	if (b[0] == 0x0f && b[1] >= 0x80 && b[1] <= 0x8f)
		return true;
	if (b[0] >= 0x50 && b[0] <= 0x57)
		return true;
	return (b[0] == 0x40 || b[0] == 0x41) && b[1] >= 0x50 && b[1] <= 0x57;
}

/* Which integer argument a register, or a part of it, holds; 0: none. */
static int argument_of(uint16_t reg)
{
	switch (reg) {
	case X86_REG_RDI: case X86_REG_EDI: case X86_REG_DI: case X86_REG_DIL: return 1;
	case X86_REG_RSI: case X86_REG_ESI: case X86_REG_SI: case X86_REG_SIL: return 2;
	case X86_REG_RDX: case X86_REG_EDX: case X86_REG_DX: case X86_REG_DL: return 3;
	case X86_REG_RCX: case X86_REG_ECX: case X86_REG_CX: case X86_REG_CL: return 4;
	case X86_REG_R8: case X86_REG_R8D: case X86_REG_R8W: case X86_REG_R8B: return 5;
	default: return 0;
	}
}

/* Go past an instruction: false when what is behind it is no longer the begin's state. */
static bool step(csh handle, const cs_insn *in, int arguments, struct site *at)
{
	const cs_x86 *x = &in->detail->x86;
	cs_regs read, written;
	uint8_t reads, writes;

	if (cs_insn_group(handle, in, CS_GRP_JUMP) || cs_insn_group(handle, in, CS_GRP_CALL) ||
	    cs_insn_group(handle, in, CS_GRP_RET) ||
	    cs_regs_access(handle, in, read, &reads, written, &writes))
		return false;
	at->offset += in->size;
	if (in->id == X86_INS_SUB && x->operands[0].type == X86_OP_REG &&
	    x->operands[0].reg == X86_REG_RSP && x->operands[1].type == X86_OP_IMM &&
	    x->operands[1].imm > 0 && x->operands[1].imm < 32768) {
		at->stack_bytes += (uint32_t)x->operands[1].imm;
		return at->stack_bytes < 65536;
	}
	for (uint8_t i = 0; i < writes; i++) {
		int argument = argument_of(written[i]);

		if (written[i] == X86_REG_RSP || written[i] == X86_REG_ESP ||
		    (argument && argument <= arguments))
			return false;
	}
	return true;
}

struct site site_of_entry(const uint8_t *code, size_t bytes, int arguments)
{
	struct site at = { 0 }, entry = { 0 };
	uint64_t address = 0;
	bool found = false;
	csh handle;
	cs_insn *in;

	if (!decoder(&handle))
		return entry;
	in = cs_malloc(handle);
	while (in && cs_disasm_iter(handle, &code, &bytes, &address, in)) {
		found = is_emulated(in);
		if (found || !step(handle, in, arguments, &at))
			break;
	}
	if (in)
		cs_free(in, 1);
	cs_close(&handle);
	at.emulated = found;
	return found ? at : entry;
}

int32_t site_of_member(const uint8_t *code, size_t bytes)
{
	static const uint8_t landing[] = { 0xf3, 0x0f, 0x1e, 0xfa }; /* endbr64 */
	size_t at = bytes >= 4 && !memcmp(code, landing, 4) ? 4 : 0;
	int32_t far;

	/* mov far(%rdi),%eax, with a distance of one byte or of four */
	if (at + 3 > bytes || code[at] != 0x8b || (code[at + 1] != 0x47 && code[at + 1] != 0x87))
		return -1;
	at += 2;
	if (code[at - 1] == 0x47) {
		far = (int8_t)code[at++];
	} else {
		if (at + 4 > bytes)
			return -1;
		memcpy(&far, code + at, 4);
		at += 4;
	}
	/* What is cleared on the way does not matter: xor %edi,%edi */
	while (at + 1 < bytes && code[at] == 0x31 && code[at + 1] != 0xc0)
		at += 2;
	return at < bytes && code[at] == 0xc3 && far >= 0 && far <= 65535 ? far : -1;
}

#else

/* What must be stepped over costs no exception there: the begin is as good as any place. */
struct site site_of_entry(const uint8_t *code, size_t bytes, int arguments)
{
	(void)code, (void)bytes, (void)arguments;
	return (struct site){ 0 };
}

int32_t site_of_member(const uint8_t *code, size_t bytes)
{
	uint32_t in = bytes < 8 ? 0 : code[0] | code[1] << 8 | code[2] << 16 | (uint32_t)code[3] << 24;

	/* ldr w0, [x0, #far]; ret */
	return bytes >= 8 && (in & 0xffc003ff) == 0xb9400000 &&
			       !memcmp(code + 4, "\xc0\x03\x5f\xd6", 4) ?
		       (int32_t)(in >> 10 & 0xfff) * 4 : -1;
}

#endif
