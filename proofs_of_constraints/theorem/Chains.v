(* Tokens of one place that are put and taken form one path, if each is taken once and no rows of a ring can balance.

   A row takes a token and puts one. `opened` is put by whoever stands outside of the rows, `closed` is taken by him.
   That every token is taken as often as it is put is the balance of a bus. *)

From Coq Require Import List Permutation Arith ZArith Lia.
Import ListNotations.

Section Path.
  Variables Token Row : Type.
  Variables taken put : Row -> Token.

  (* The rows lead from one token to the other: each takes what the one before it has put. *)
  Fixpoint path (from : Token) (rows : list Row) (to : Token) : Prop :=
    match rows with
    | [] => from = to
    | row :: later => taken row = from /\ path (put row) later to
    end.

  (* Among these rows no part but the empty one takes exactly what it puts. *)
  Definition no_ring (rows : list Row) : Prop :=
    forall part rest, Permutation rows (part ++ rest) -> part <> [] -> ~ Permutation (map put part) (map taken part).

  Lemma no_ring_of_the_rest : forall row rows, no_ring (row :: rows) -> no_ring rows.
  Proof.
    intros row rows none part rest split.
    apply (none part (row :: rest)).
    transitivity (row :: part ++ rest).
    - now constructor.
    - apply Permutation_middle.
  Qed.

  Theorem balance_is_a_path : forall rows opened closed,
    Permutation (opened :: map put rows) (closed :: map taken rows) -> no_ring rows ->
    exists ordered, Permutation rows ordered /\ path opened ordered closed.
  Proof.
    intros rows. remember (length rows) as count eqn:counted. revert rows counted.
    induction count as [| count IH]; intros rows counted opened closed balance none.
    - destruct rows; [| discriminate].
      exists []. split; [constructor |].
      now apply Permutation_length_1.
    - assert (either : closed = opened \/ In opened (map taken rows)).
      { assert (among : In opened (closed :: map taken rows)).
        { apply (Permutation_in _ balance). now left. }
        destruct among; [now left | now right]. }
      destruct either as [equal | inside].
      + exfalso. subst closed.
        apply Permutation_cons_inv in balance.
        apply (none rows []); [now rewrite app_nil_r | now intros -> | assumption].
      + apply in_map_iff in inside. destruct inside as [row [takes inside]].
        apply in_split in inside. destruct inside as [before [after shape]].
        assert (moved : Permutation rows (row :: before ++ after)).
        { subst rows. symmetry. apply Permutation_middle. }
        assert (rest_balance : Permutation (put row :: map put (before ++ after))
                                           (closed :: map taken (before ++ after))).
        { apply (Permutation_cons_inv (a := opened)).
          transitivity (opened :: map put rows).
          - constructor. symmetry. exact (Permutation_map put moved).
          - transitivity (closed :: map taken rows); [exact balance |].
            transitivity (closed :: opened :: map taken (before ++ after)).
            + constructor. rewrite <- takes. exact (Permutation_map taken moved).
            + apply perm_swap. }
        destruct (IH (before ++ after)) with (opened := put row) (closed := closed) as [ordered [same leads]].
        * apply Permutation_length in moved. simpl in moved. lia.
        * exact rest_balance.
        * apply (no_ring_of_the_rest row). intros part rest split. apply (none part rest).
          now transitivity (row :: before ++ after).
        * exists (row :: ordered). split.
          -- transitivity (row :: before ++ after); [exact moved | now constructor].
          -- now split.
  Qed.
End Path.

(* Stamps that are integers and grow from what a row takes to what it puts: memory, continuation, cursor. *)
Section Growing.
  Variables Token Row : Type.
  Variables taken put : Row -> Token.
  Variable stamp : Token -> Z.
  Open Scope Z_scope.

  Definition total (tokens : list Token) : Z := fold_right (fun token sum => stamp token + sum) 0 tokens.

  Lemma total_of_a_permutation : forall one other, Permutation one other -> total one = total other.
  Proof. induction 1; simpl; lia. Qed.

  Definition grows (row : Row) : Prop := stamp (taken row) < stamp (put row).

  Lemma total_grows : forall rows, Forall grows rows -> rows <> [] -> total (map taken rows) < total (map put rows).
  Proof.
    induction rows as [| row rows IH]; intros all some; [congruence |].
    inversion_clear all as [| ? ? here later]. unfold grows in here. simpl.
    destruct rows as [| next rows]; [simpl; lia |].
    specialize (IH later). simpl in *. assert (H : next :: rows <> []) by discriminate. specialize (IH H). lia.
  Qed.

  Lemma growing_rows_have_no_ring : forall rows, Forall grows rows -> no_ring Token Row taken put rows.
  Proof.
    intros rows all part rest split some balance.
    assert (of_part : Forall grows part).
    { apply (Permutation_Forall split) in all. now apply Forall_app in all. }
    pose proof (total_grows part of_part some). apply total_of_a_permutation in balance. lia.
  Qed.

  (* An access takes what the access before it in time has put: the last write, or what the place held at first. *)
  Theorem last_write : forall rows opened closed,
    Permutation (opened :: map put rows) (closed :: map taken rows) -> Forall grows rows ->
    exists ordered, Permutation rows ordered /\ path Token Row taken put opened ordered closed.
  Proof. intros. apply balance_is_a_path; [assumption | now apply growing_rows_have_no_ring]. Qed.

  (* Along a path stamps grow, so its order is the order of stamps, and no stamp is put twice. *)
  Theorem order_of_stamps : forall rows opened closed,
    path Token Row taken put opened rows closed -> Forall grows rows ->
    Forall (fun row => stamp opened < stamp (put row)) rows.
  Proof.
    induction rows as [| row rows IH]; intros opened closed leads all; [constructor |].
    destruct leads as [takes leads]. inversion_clear all as [| ? ? here later]. unfold grows in here. rewrite takes in here.
    constructor; [exact here |].
    apply (IH _ _ leads) in later. apply (Forall_impl _ (P := fun r => stamp (put row) < stamp (put r))); [| exact later].
    intros; lia.
  Qed.

  Corollary stamps_differ : forall rows opened closed,
    path Token Row taken put opened rows closed -> Forall grows rows -> NoDup (map (fun row => stamp (put row)) rows).
  Proof.
    induction rows as [| row rows IH]; intros opened closed leads all; [constructor |].
    destruct leads as [takes leads]. inversion_clear all as [| ? ? here later].
    simpl. constructor; [| now apply (IH _ _ leads)].
    intros again. apply in_map_iff in again. destruct again as [other [equal inside]].
    pose proof (order_of_stamps rows (put row) closed leads later) as above.
    rewrite Forall_forall in above. specialize (above other inside). lia.
  Qed.
End Growing.

(* Clocks that are elements of the field: each row advances by at least 1, all together by less than the field's order. *)
Section Advancing.
  Variables Token Row : Type.
  Variables taken put : Row -> Token.
  Variable clock : Token -> Z.
  Variable advance : Row -> Z.
  Variable order : Z.
  Open Scope Z_scope.

  Definition advances (row : Row) : Prop :=
    1 <= advance row /\ (clock (put row) - clock (taken row) - advance row) mod order = 0.

  Definition whole (rows : list Row) : Z := fold_right (fun row sum => advance row + sum) 0 rows.

  Lemma whole_of_a_permutation : forall one other, Permutation one other -> whole one = whole other.
  Proof. induction 1; simpl; lia. Qed.

  Lemma whole_of_parts : forall one other, whole (one ++ other) = whole one + whole other.
  Proof. induction one; intros; simpl; [reflexivity | rewrite IHone; lia]. Qed.

  Lemma whole_is_at_least_its_length : forall rows, Forall advances rows -> Z.of_nat (length rows) <= whole rows.
  Proof.
    induction rows as [| row rows IH]; intros all; [simpl; lia |].
    inversion_clear all as [| ? ? here later]. destruct here as [least _]. specialize (IH later).
    simpl length. simpl whole. lia.
  Qed.

  Lemma totals_differ_by_the_whole : order <> 0 -> forall rows, Forall advances rows ->
    (total Token clock (map put rows) - total Token clock (map taken rows) - whole rows) mod order = 0.
  Proof.
    intros positive. induction rows as [| row rows IH]; intros all; [reflexivity |].
    inversion_clear all as [| ? ? here later]. destruct here as [_ step]. specialize (IH later). simpl.
    apply Z.mod_divide in step; [| exact positive]. apply Z.mod_divide in IH; [| exact positive].
    apply Z.mod_divide; [exact positive |].
    match goal with |- (order | ?goal) =>
      replace goal with ((clock (put row) - clock (taken row) - advance row)
                         + (total Token clock (map put rows) - total Token clock (map taken rows) - whole rows)) by lia
    end.
    now apply Z.divide_add_r.
  Qed.

  Lemma advancing_rows_have_no_ring : forall rows,
    Forall advances rows -> whole rows < order -> no_ring Token Row taken put rows.
  Proof.
    intros rows all bounded part rest split some balance.
    assert (parts : Forall advances (part ++ rest)) by exact (Permutation_Forall split all).
    apply Forall_app in parts. destruct parts as [of_part of_rest].
    pose proof (whole_of_a_permutation _ _ split) as sum. rewrite whole_of_parts in sum.
    pose proof (whole_is_at_least_its_length part of_part) as least.
    pose proof (whole_is_at_least_its_length rest of_rest) as least_of_rest.
    assert (1 <= Z.of_nat (length part)) by (destruct part; [congruence | simpl length; lia]).
    assert (positive : order <> 0) by lia.
    pose proof (totals_differ_by_the_whole positive part of_part) as differ.
    rewrite (total_of_a_permutation Token clock _ _ balance) in differ.
    replace (total Token clock (map taken part) - total Token clock (map taken part) - whole part)
      with (- whole part) in differ by lia.
    apply Z.mod_divide in differ; [| exact positive].
    apply Z.divide_opp_r in differ. apply Z.divide_pos_le in differ; lia.
  Qed.

  (* The rows of a segment form one path from where it starts to where it ends. *)
  Theorem one_path : forall rows opened closed,
    Permutation (opened :: map put rows) (closed :: map taken rows) ->
    Forall advances rows -> whole rows < order ->
    exists ordered, Permutation rows ordered /\ path Token Row taken put opened ordered closed.
  Proof. intros. apply balance_is_a_path; [assumption | now apply advancing_rows_have_no_ring]. Qed.
End Advancing.

(* A bus carries the tokens of many places; rows keep the place, so each place has a path of its own. *)
Section Places.
  Variables Token Row Place : Type.
  Variables taken put : Row -> Token.
  Variable stamp : Token -> Z.
  Variable place : Token -> Place.
  Variable same : forall one other : Place, {one = other} + {one <> other}.

  Definition at_place (here : Place) (token : Token) : bool := if same (place token) here then true else false.

  Definition rows_of (here : Place) (rows : list Row) : list Row := filter (fun row => at_place here (taken row)) rows.

  Definition keeps (row : Row) : Prop := place (put row) = place (taken row).

  Lemma filter_of_a_permutation : forall (test : Token -> bool) one other,
    Permutation one other -> Permutation (filter test one) (filter test other).
  Proof.
    intros test one other changed. induction changed; simpl.
    - constructor.
    - destruct (test x); [now constructor | assumption].
    - destruct (test x), (test y); try constructor; reflexivity.
    - now transitivity (filter test l').
  Qed.

  Lemma tokens_of_a_place : forall here rows, Forall keeps rows ->
    filter (at_place here) (map taken rows) = map taken (rows_of here rows) /\
    filter (at_place here) (map put rows) = map put (rows_of here rows).
  Proof.
    intros here. induction rows as [| row rows IH]; intros all; [now split |].
    inversion_clear all as [| ? ? stays later]. destruct (IH later) as [of_taken of_put].
    assert (equal : at_place here (put row) = at_place here (taken row)) by (unfold at_place; now rewrite stays).
    unfold rows_of in *. simpl. rewrite equal.
    destruct (at_place here (taken row)); simpl; rewrite of_taken, of_put; now split.
  Qed.

  (* `opened` and `closed` are the tokens that other tables put and take, one of each for a place that is touched. *)
  Theorem path_of_a_place : forall rows opened closed here from to,
    Permutation (opened ++ map put rows) (closed ++ map taken rows) ->
    Forall keeps rows -> Forall (grows Token Row taken put stamp) rows ->
    filter (at_place here) opened = [from] -> filter (at_place here) closed = [to] ->
    exists ordered, Permutation (rows_of here rows) ordered /\ path Token Row taken put from ordered to.
  Proof.
    intros rows opened closed here from to balance stay grow one_opened one_closed.
    apply (filter_of_a_permutation (at_place here)) in balance. rewrite !filter_app in balance.
    destruct (tokens_of_a_place here rows stay) as [of_taken of_put].
    rewrite one_opened, one_closed, of_taken, of_put in balance.
    apply (last_write Token Row taken put stamp); [exact balance |].
    apply Forall_forall. intros row inside. apply filter_In in inside. rewrite Forall_forall in grow. now apply grow.
  Qed.

  (* A place that nobody opens and nobody closes is touched by no row. *)
  Theorem place_without_an_opening : forall rows opened closed here,
    Permutation (opened ++ map put rows) (closed ++ map taken rows) ->
    Forall keeps rows -> Forall (grows Token Row taken put stamp) rows ->
    filter (at_place here) opened = [] -> filter (at_place here) closed = [] -> rows_of here rows = [].
  Proof.
    intros rows opened closed here balance stay grow none_opened none_closed.
    apply (filter_of_a_permutation (at_place here)) in balance. rewrite !filter_app in balance.
    destruct (tokens_of_a_place here rows stay) as [of_taken of_put].
    rewrite none_opened, none_closed, of_taken, of_put in balance. simpl in balance.
    destruct (rows_of here rows) as [| row later] eqn:some; [reflexivity | exfalso].
    assert (all : Forall (grows Token Row taken put stamp) (row :: later)).
    { rewrite <- some. apply Forall_forall. intros one inside. apply filter_In in inside.
      rewrite Forall_forall in grow. now apply grow. }
    pose proof (growing_rows_have_no_ring Token Row taken put stamp (row :: later) all) as none.
    apply (none (row :: later) []); [now rewrite app_nil_r | discriminate | exact balance].
  Qed.
End Places.
