//! The Ethereum virtual machine as revm makes it, with the one rule of creation that revm has not.

use alloy_primitives::{Address, Bytes};
use revm::MainBuilder;
use revm::MainnetEvm;
use revm::bytecode::opcode::INVALID;
use revm::context::result::{EVMError, ExecResultAndState, ExecutionResult};
use revm::context::{ContextError, ContextSetters, FrameStack, JournalTr, TxEnv};
use revm::handler::evm::FrameInitResult;
use revm::handler::system_call::SystemCallTx;
use revm::handler::{
    EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult, Handler, ItemOrResult, MainnetContext, MainnetHandler,
};
use revm::interpreter::interpreter::ExtBytecode;
use revm::interpreter::interpreter_action::FrameInit;
use revm::state::{Bytecode, EvmState};

use crate::checks::holds;
use crate::defect::WitnessDefect;
use crate::state::WitnessState;

type BlockContext<'a> = MainnetContext<&'a mut WitnessState>;
type Inner<'a> = MainnetEvm<BlockContext<'a>>;
type EvmHandler<'a> = MainnetHandler<BlockEvm<'a>, EVMError<WitnessDefect>, EthFrame>;
type Executed = ExecResultAndState<ExecutionResult, EvmState>;

/// The gas of a system call [EIP-4788].
const SYSTEM_CALL_GAS: u64 = 30_000_000;

/// Executes the transactions of a block on a state that a witness proves.
pub struct BlockEvm<'a>(Inner<'a>);

impl<'a> BlockEvm<'a> {
    pub fn new(context: BlockContext<'a>) -> Self {
        Self(context.build_mainnet())
    }

    /// What a transaction comes to. Fails where it is not valid, or the witness lacks something.
    pub fn transact(&mut self, transaction: TxEnv) -> Result<Executed, EVMError<WitnessDefect>> {
        self.0.ctx.set_tx(transaction);
        let result = EvmHandler::default().run(self)?;
        Ok(self.with_changes(result))
    }

    /// What the call of a system contract comes to, which nobody pays for.
    pub fn system_call(&mut self, contract: Address, input: Bytes) -> Result<Executed, EVMError<WitnessDefect>> {
        let call = TxEnv { gas_limit: SYSTEM_CALL_GAS, ..TxEnv::new_system_tx(contract, input) };
        self.0.ctx.set_tx(call);
        let result = EvmHandler::default().run_system_call(self)?;
        Ok(self.with_changes(result))
    }

    pub fn state(&mut self) -> &mut WitnessState {
        self.0.ctx.journaled_state.database
    }

    fn with_changes(&mut self, result: ExecutionResult) -> Executed {
        ExecResultAndState::new(result, self.0.ctx.journaled_state.finalize())
    }
}

// Inlined: frames and their results are large, and a call would move them by value.
impl<'a> EvmTr for BlockEvm<'a> {
    type Context = BlockContext<'a>;
    type Instructions = <Inner<'a> as EvmTr>::Instructions;
    type Precompiles = <Inner<'a> as EvmTr>::Precompiles;
    type Frame = EthFrame;

    #[inline]
    fn all(&self) -> (&Self::Context, &Self::Instructions, &Self::Precompiles, &FrameStack<EthFrame>) {
        self.0.all()
    }

    #[inline]
    fn all_mut(
        &mut self,
    ) -> (&mut Self::Context, &mut Self::Instructions, &mut Self::Precompiles, &mut FrameStack<EthFrame>) {
        self.0.all_mut()
    }

    /// A contract that is to be created where an account has storage fails as if its code began with an instruction
    /// that there is not [EIP-7610]. That the account has neither code nor nonce is checked by then.
    #[inline]
    fn frame_init(
        &mut self,
        frame_input: FrameInit,
    ) -> Result<FrameInitResult<'_, EthFrame>, ContextError<WitnessDefect>> {
        let created = match self.0.frame_init(frame_input)? {
            ItemOrResult::Result(result) => return Ok(ItemOrResult::Result(result)),
            ItemOrResult::Item(frame) => match &frame.data {
                FrameData::Create(create) => Some(create.created_address),
                FrameData::Call(_) => None,
            },
        };
        let is_free = match created {
            Some(address) => !self.state().has_storage(address)?,
            None => true,
        };
        let frame = self.0.frame_stack().get();
        if !holds(is_free, "a contract is created where storage is") {
            frame.interpreter.bytecode = ExtBytecode::new(Bytecode::new_legacy([INVALID].into()));
        }
        Ok(ItemOrResult::Item(frame))
    }

    #[inline]
    fn frame_run(&mut self) -> Result<FrameInitOrResult<EthFrame>, ContextError<WitnessDefect>> {
        self.0.frame_run()
    }

    #[inline]
    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextError<WitnessDefect>> {
        self.0.frame_return_result(result)
    }
}
